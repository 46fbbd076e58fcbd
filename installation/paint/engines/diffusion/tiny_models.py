"""Diffusion models with random weights, in the form and shapes of real ones: to test and to measure with."""

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

BETAS = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
}
"""The noise that Stable Diffusion was trained with."""
WORDS = 16
"""Tokens of a prompt."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large it is; small enough for a test."""

    widths: tuple[int, ...] = (8, 16)
    """Channels of the network's levels; the first has no attention."""
    layers: int = 1
    text: int = 16
    """Channels of the prompt."""
    coder: tuple[int, ...] = (8, 8, 8, 8)
    """Channels of the autoencoder's levels."""
    groups: int = 4
    """Of the normalisations; divides all widths."""


def turbo(folder: Path, shape: Shape = Shape(), small: bool = True, prediction: str = "epsilon", seed: int = 0) -> Path:
    """Save a model in the form of SD-Turbo, or of SDXS where `small`: with a small autoencoder."""
    torch.manual_seed(seed)
    pipeline = StableDiffusionImg2ImgPipeline(
        vae=_small(shape) if small else _full(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        tokenizer=tokenizer(),
        unet=_network(shape),
        scheduler=EulerDiscreteScheduler(**BETAS, timestep_spacing="trailing", prediction_type=prediction),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _saved(pipeline, folder)


def lcm(folder: Path, shape: Shape = Shape(), seed: int = 0) -> Path:
    """Save a latent consistency model, which is told its guidance in the network."""
    torch.manual_seed(seed)
    pipeline = LatentConsistencyModelImg2ImgPipeline(
        vae=_small(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        tokenizer=tokenizer(),
        unet=_network(shape, time_cond_proj_dim=32),
        scheduler=LCMScheduler(**BETAS),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _saved(pipeline, folder)


def large(folder: Path, shape: Shape = Shape(), seed: int = 0) -> Path:
    """Save a model in the form of SDXL-Turbo: two text encoders, and the picture's size told to the network."""
    torch.manual_seed(seed)
    told = 8
    pipeline = StableDiffusionXLImg2ImgPipeline(
        vae=_full(shape),
        text_encoder=CLIPTextModel(_text(shape)),
        text_encoder_2=CLIPTextModelWithProjection(_text(shape, projection_dim=shape.text)),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=_network(
            shape,
            cross_attention_dim=2 * shape.text,
            addition_embed_type="text_time",
            addition_time_embed_dim=told,
            projection_class_embeddings_input_dim=shape.text + 6 * told,
        ),
        scheduler=EulerDiscreteScheduler(**BETAS, timestep_spacing="trailing"),
        add_watermarker=False,
    )
    return _saved(pipeline, folder)


def autoencoder(folder: Path, shape: Shape = Shape(), seed: int = 0) -> Path:
    """Save a small autoencoder in the form of TAESD."""
    torch.manual_seed(seed)
    return _saved(_small(shape), folder)


def control(folder: Path, shape: Shape = Shape(), seed: int = 0) -> Path:
    """Save a ControlNet that belongs to `turbo` of the same shape; it has learned to do something."""
    torch.manual_seed(seed)
    net = ControlNetModel.from_unet(_network(shape), conditioning_embedding_out_channels=(4, 8, 8, 16))
    # A new one's last layers are zero, so that nothing would be seen of it.
    for layer in (net.controlnet_cond_embedding.conv_out, *net.controlnet_down_blocks, net.controlnet_mid_block):
        nn.init.normal_(layer.weight, std=0.2)
    return _saved(net, folder)


def tokenizer() -> CLIPTokenizer:
    """Letters are its whole vocabulary."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.-"
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=[], model_max_length=WORDS)


def _network(shape: Shape, **more: object) -> UNet2DConditionModel:
    deeper = len(shape.widths) - 1
    settings = {
        "block_out_channels": shape.widths,
        "layers_per_block": shape.layers,
        "down_block_types": ("DownBlock2D", *["CrossAttnDownBlock2D"] * deeper),
        "up_block_types": (*["CrossAttnUpBlock2D"] * deeper, "UpBlock2D"),
        "cross_attention_dim": shape.text,
        "attention_head_dim": 2,
        "norm_num_groups": shape.groups,
        "sample_size": 64,
    }
    return UNet2DConditionModel(**(settings | more))


def _small(shape: Shape) -> AutoencoderTiny:
    levels = len(shape.coder)
    coder = AutoencoderTiny(
        encoder_block_out_channels=shape.coder,
        decoder_block_out_channels=shape.coder,
        num_encoder_blocks=(1,) * levels,
        num_decoder_blocks=(1,) * levels,
    )
    # As it comes, a new one lets next to nothing through.
    with torch.no_grad():
        for layer in (layer for layer in coder.modules() if isinstance(layer, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight)
        coder.encoder.layers[-1].weight *= 2.5
        coder.decoder.layers[-1].weight *= 0.03
        coder.decoder.layers[-1].bias.fill_(0.5)
    return coder


def _full(shape: Shape) -> AutoencoderKL:
    coder = AutoencoderKL(
        block_out_channels=shape.coder,
        down_block_types=("DownEncoderBlock2D",) * len(shape.coder),
        up_block_types=("UpDecoderBlock2D",) * len(shape.coder),
        norm_num_groups=shape.groups,
        latent_channels=4,
    )
    with torch.no_grad():
        coder.encoder.conv_out.weight *= 20.0
    return coder


def _text(shape: Shape, **more: object) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer()),
        hidden_size=shape.text,
        intermediate_size=2 * shape.text,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=WORDS,
        bos_token_id=len(tokenizer()) - 2,
        eos_token_id=len(tokenizer()) - 1,
        pad_token_id=len(tokenizer()) - 1,
        **more,
    )


def _saved(part: object, folder: Path) -> Path:
    part.save_pretrained(folder)  # type: ignore[attr-defined]
    return folder
