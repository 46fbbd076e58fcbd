"""Tiny diffusion models with random weights, in the formats of real ones, for tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    EulerDiscreteScheduler,
    LatentConsistencyModelImg2ImgPipeline,
    LCMScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

SCHEDULER_SETTINGS = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
}
"""The noise schedule that Stable Diffusion was trained with."""
PROMPT_TOKENS = 16
"""Maximum tokens of a prompt."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The size of a model; by default small enough for a test."""

    widths: tuple[int, ...] = (8, 16)
    """Channels of the U-Net's levels; the first has no attention."""
    layers: int = 1
    """Layers of each level."""
    text: int = 16
    """Channels of the prompt embedding."""
    autoencoder: tuple[int, ...] = (8, 8, 8, 8)
    """Channels of the autoencoder's levels."""
    groups: int = 4
    """Groups of the normalisations; must divide all widths."""


def save_turbo(
    folder: Path, shape: ModelShape = ModelShape(), small: bool = True, prediction: str = "epsilon", seed: int = 0
) -> Path:
    """Save a model in the format of SD-Turbo; with `small` in that of SDXS, which has a small autoencoder."""
    torch.manual_seed(seed)
    pipeline = StableDiffusionImg2ImgPipeline(
        vae=_tiny_autoencoder(shape) if small else _kl_autoencoder(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        tokenizer=tokenizer(),
        unet=_network(shape),
        scheduler=EulerDiscreteScheduler(**SCHEDULER_SETTINGS, timestep_spacing="trailing", prediction_type=prediction),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _saved(pipeline, folder)


def save_lcm(folder: Path, shape: ModelShape = ModelShape(), seed: int = 0) -> Path:
    """Save a latent consistency model, whose network takes the guidance scale as an input."""
    torch.manual_seed(seed)
    pipeline = LatentConsistencyModelImg2ImgPipeline(
        vae=_tiny_autoencoder(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        tokenizer=tokenizer(),
        unet=_network(shape, time_cond_proj_dim=32),
        scheduler=LCMScheduler(**SCHEDULER_SETTINGS),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _saved(pipeline, folder)


def save_sdxl(folder: Path, shape: ModelShape = ModelShape(), seed: int = 0) -> Path:
    """Save a model in the format of SDXL-Turbo: two text encoders, and the picture's size as an input."""
    torch.manual_seed(seed)
    size_channels = 8
    pipeline = StableDiffusionXLImg2ImgPipeline(
        vae=_kl_autoencoder(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        text_encoder_2=CLIPTextModelWithProjection(_text(shape, projection_dim=shape.text)),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=_network(
            shape,
            cross_attention_dim=2 * shape.text,
            addition_embed_type="text_time",
            addition_time_embed_dim=size_channels,
            projection_class_embeddings_input_dim=shape.text + 6 * size_channels,
        ),
        scheduler=EulerDiscreteScheduler(**SCHEDULER_SETTINGS, timestep_spacing="trailing"),
        add_watermarker=False,
    )
    return _saved(pipeline, folder)


def save_autoencoder(folder: Path, shape: ModelShape = ModelShape(), seed: int = 0) -> Path:
    """Save a small autoencoder in the format of TAESD."""
    torch.manual_seed(seed)
    return _saved(_tiny_autoencoder(shape), folder)


def save_controlnet(folder: Path, shape: ModelShape = ModelShape(), seed: int = 0) -> Path:
    """Save a ControlNet for `save_turbo` of the same shape, with an effect."""
    torch.manual_seed(seed)
    net = ControlNetModel.from_unet(_network(shape), conditioning_embedding_out_channels=(4, 8, 8, 16))
    # The last layers of a new ControlNet are zero: it would have no effect.
    for layer in (net.controlnet_cond_embedding.conv_out, *net.controlnet_down_blocks, net.controlnet_mid_block):
        nn.init.normal_(layer.weight, std=0.2)
    return _saved(net, folder)


def tokenizer() -> CLIPTokenizer:
    """Return a tokenizer whose vocabulary is single letters."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.-"
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=[], model_max_length=PROMPT_TOKENS)


def _network(shape: ModelShape, **more: object) -> UNet2DConditionModel:
    attention_levels = len(shape.widths) - 1
    settings = {
        "block_out_channels": shape.widths,
        "layers_per_block": shape.layers,
        "down_block_types": ("DownBlock2D", *["CrossAttnDownBlock2D"] * attention_levels),
        "up_block_types": (*["CrossAttnUpBlock2D"] * attention_levels, "UpBlock2D"),
        "cross_attention_dim": shape.text,
        "attention_head_dim": 2,
        "norm_num_groups": shape.groups,
        "sample_size": 64,
    }
    return UNet2DConditionModel(**(settings | more))


def _tiny_autoencoder(shape: ModelShape) -> AutoencoderTiny:
    levels = len(shape.autoencoder)
    coder = AutoencoderTiny(
        encoder_block_out_channels=shape.autoencoder,
        decoder_block_out_channels=shape.autoencoder,
        num_encoder_blocks=(1,) * levels,
        num_decoder_blocks=(1,) * levels,
    )
    # With its default initialisation, next to nothing of the picture passes.
    with torch.no_grad():
        for layer in (layer for layer in coder.modules() if isinstance(layer, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight)
        coder.encoder.layers[-1].weight *= 2.5
        coder.decoder.layers[-1].weight *= 0.03
        coder.decoder.layers[-1].bias.fill_(0.5)
    return coder


def _kl_autoencoder(shape: ModelShape) -> AutoencoderKL:
    coder = AutoencoderKL(
        block_out_channels=shape.autoencoder,
        down_block_types=("DownEncoderBlock2D",) * len(shape.autoencoder),
        up_block_types=("UpDecoderBlock2D",) * len(shape.autoencoder),
        norm_num_groups=shape.groups,
        latent_channels=4,
    )
    with torch.no_grad():
        coder.encoder.conv_out.weight *= 20.0
    return coder


def _text(shape: ModelShape, **more: object) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer()),
        hidden_size=shape.text,
        intermediate_size=2 * shape.text,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=PROMPT_TOKENS,
        bos_token_id=len(tokenizer()) - 2,
        eos_token_id=len(tokenizer()) - 1,
        pad_token_id=len(tokenizer()) - 1,
        **more,
    )


def _saved(part: object, folder: Path) -> Path:
    part.save_pretrained(folder)  # type: ignore[attr-defined]
    return folder
