"""Loading: a diffusion model from this machine's own files, never from a network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Whoever opens a show doesn't ask a server first: a museum's network may be away, or slow to say no.
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import AutoencoderTiny, ControlNetModel, DiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging as news
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from torch import Tensor
from transformers.utils import logging as advice

from installation.core.errors import Trouble
from installation.venue.diffusion_section import DiffusionSection
from motion.dancer.store import device as chosen

FRESH = ("LCMScheduler", "EulerAncestralDiscreteScheduler")
"""Samplers that noise their guess anew at each step; all others go on along the noise that they found."""
NEEDED = {"model": ' --include "*.json" --include "*.txt" --include "*/*.safetensors"'}
"""Which files of what is published are read, where there are others: weights that can run code are not."""
MEMORY = (torch.OutOfMemoryError, MemoryError)
UNREADABLE = (OSError, ValueError, RuntimeError, TypeError, KeyError, AttributeError, ImportError, SafetensorError)
"""What reading a folder that holds something else, or half of it, ends in."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What paints, and what has to be known of it."""

    pipeline: Any
    """Reads prompts."""
    network: Any
    coder: Any
    """Of pictures to latents and back."""
    control: Any
    """A ControlNet, or None."""
    kept: Tensor
    """(T,) the share of the picture that is left in a latent at each time step, squared: alphas_cumprod."""
    predicts: str
    """"epsilon", "v_prediction" or "sample"."""
    grid: int
    """Time steps that it knows are that far apart."""
    fresh: bool
    """Whether each step noises its guess anew."""
    size: int
    """Pixels to a latent, in either direction."""
    device: torch.device
    precision: torch.dtype


def load(settings: DiffusionSection, device: str | None = None) -> Model:
    """The model that the settings name. Raises Trouble where it is missing, damaged, of another kind or too large."""
    where = chosen(device)
    precision = _precision(settings.precision, where)
    # Progress bars and advice are for whoever writes scripts.
    for telling in (news, advice):
        telling.set_verbosity_error()
        telling.disable_progress_bar()
    coder = _part(AutoencoderTiny, "autoencoder", settings.autoencoder, precision)
    control = _part(ControlNetModel, "control", settings.control, precision)
    folder = _folder("model", settings.model)
    given = {"vae": coder} if coder is not None else {}
    pipeline = _read(
        DiffusionPipeline, "model", folder, precision, safety_checker=None, feature_extractor=None, **given
    )
    network = getattr(pipeline, "unet", None)
    kept = getattr(pipeline.scheduler, "alphas_cumprod", None)
    if not isinstance(network, UNet2DConditionModel) or kept is None or network.config.in_channels != 4:
        raise Trouble(
            f"model: {folder} is a {type(pipeline).__name__}; expected Stable Diffusion 1, 2 or XL, as SD-Turbo, "
            "SDXL-Turbo, LCM and SDXS are"
        )
    if pipeline.vae.config.latent_channels != 4:
        raise Trouble(
            f"autoencoder: {settings.autoencoder} is made for other models; expected one in the form of TAESD"
        )
    if control is not None and control.config.cross_attention_dim != network.config.cross_attention_dim:
        raise Trouble(
            f"control: {settings.control} belongs to another model than {settings.model}; choose one of its own"
        )
    try:
        _settled(pipeline, control, where)
    except MEMORY as error:
        raise _too_large(settings.model) from error
    timing = pipeline.scheduler.config
    steps = timing.num_train_timesteps
    return Model(
        pipeline,
        _compiled(network) if settings.compiled and where.type == "cuda" else network,
        pipeline.vae,
        control,
        kept.float().to(where),
        timing.get("prediction_type", "epsilon"),
        max(1, steps // timing.get("original_inference_steps", steps)),
        type(pipeline.scheduler).__name__ in FRESH,
        pipeline.vae_scale_factor,
        where,
        precision,
    )


def _part(kind: Any, key: str, name: str, precision: torch.dtype) -> Any:
    """A part of its own, or None where none is named."""
    return _read(kind, key, _folder(key, name), precision) if name else None


def _folder(key: str, name: str) -> Path:
    """Where a model lies that is named by its folder, or as it is published."""
    if Path(name).is_dir():
        return Path(name)
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except HFValidationError:
        raise Trouble(f'{key}: there is no folder {name}; expected one, or a published name as "owner/model"') from None
    except (LocalEntryNotFoundError, OSError):
        raise Trouble(
            f"{key}: {name} isn't on this machine; fetch it once, where there is a network, with\n"
            f"  hf download {name}{NEEDED.get(key, '')}\n"
            "or name a folder that holds it"
        ) from None


def _read(kind: Any, key: str, folder: Path, precision: torch.dtype, **given: Any) -> Any:
    half = next(folder.rglob("*.fp16.safetensors"), None) is not None
    plain = any(".fp16." not in path.name for path in folder.rglob("*.safetensors"))
    variant = "fp16" if half and (precision != torch.float32 or not plain) else None
    told = {"dtype": precision, "variant": variant, "use_safetensors": True, "local_files_only": True}
    try:
        return kind.from_pretrained(folder, **told, **given)
    except MEMORY as error:
        raise _too_large(str(folder)) from error
    except UNREADABLE as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise Trouble(
            f"{key}: {folder} can't be read as a {kind.__name__} ({said[0]}); fetch it again, or name another"
        ) from error


def _settled(pipeline: Any, control: Any, device: torch.device) -> None:
    pipeline.to(device)
    # SDXL's own autoencoder overflows in float16.
    if pipeline.vae.dtype == torch.float16 and pipeline.vae.config.get("force_upcast"):
        pipeline.vae.to(torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32)
    for part in (pipeline.unet, pipeline.vae, control):
        if part is not None:
            part.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)


def _compiled(network: Any) -> Any:
    return torch.compile(network, mode="reduce-overhead", dynamic=False)


def _precision(name: str, device: torch.device) -> torch.dtype:
    if name != "auto":
        return getattr(torch, name)
    if device.type != "cpu":
        return torch.float16
    asked = (getattr(torch.cpu, test, None) for test in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
    return torch.bfloat16 if any(test is not None and test() for test in asked) else torch.float32


def _too_large(name: str) -> Trouble:
    return Trouble(f"{name} doesn't fit into memory; choose a smaller model, or close what else uses the card")
