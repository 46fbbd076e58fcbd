"""Loading of diffusion models from local files, never over the network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The start of a show must not wait for a server: a museum's network may be down, or slow to fail.
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from diffusers import AutoencoderTiny, ControlNetModel, DiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging as diffusers_logging
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from torch import Tensor
from transformers.utils import logging as transformers_logging

from installation.core.errors import UserError
from installation.venue.diffusion_section import DiffusionSection
from motion.learning.checkpoint import choose_device
from motion.learning.precision import cpu_has_fast_bfloat16

STOCHASTIC_SCHEDULERS = ("LCMScheduler", "EulerAncestralDiscreteScheduler")
"""Schedulers that add fresh noise at each step; all others continue with the noise that the network predicted."""
DOWNLOAD_FILTERS = {"model": ' --include "*.json" --include "*.txt" --include "*/*.safetensors"'}
"""Options of `hf download`, by setting: the files that are read, without weights in formats that can run code."""
MEMORY_ERRORS = (torch.OutOfMemoryError, MemoryError)
READ_ERRORS = (OSError, ValueError, RuntimeError, TypeError, KeyError, AttributeError, ImportError, SafetensorError)
"""What reading a folder raises that is incomplete, or holds something else."""


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionModel:
    """The parts of a loaded diffusion model, and its properties."""

    pipeline: Any
    """Encodes prompts."""
    network: Any
    """The denoising U-Net."""
    autoencoder: Any
    """Pictures to latents and back."""
    controlnet: Any
    """A ControlNet, or None."""
    alphas_cumprod: Tensor
    """(T,) squared scale of the clean latent in the noisy one, at each time step."""
    prediction_type: str
    """"epsilon", "v_prediction" or "sample"."""
    timestep_grid: int
    """Distance of the time steps that the model was trained at."""
    is_stochastic: bool
    """Whether each step adds fresh noise."""
    latent_px: int
    """Pixels to a latent, in either direction."""
    device: torch.device
    dtype: torch.dtype


def load(settings: DiffusionSection, device: str | None = None) -> DiffusionModel:
    """Load the model of the settings. Raises UserError if it is missing, damaged, of another kind or too large."""
    where = choose_device(device)
    dtype = _dtype(settings.precision, where)
    # Progress bars and hints are for developers, not for an operator.
    for logging in (diffusers_logging, transformers_logging):
        logging.set_verbosity_error()
        logging.disable_progress_bar()
    autoencoder = _part(AutoencoderTiny, "autoencoder", settings.autoencoder, dtype)
    controlnet = _part(ControlNetModel, "control", settings.control, dtype)
    folder = _folder("model", settings.model)
    given = {"vae": autoencoder} if autoencoder is not None else {}
    pipeline = _read(DiffusionPipeline, "model", folder, dtype, safety_checker=None, feature_extractor=None, **given)
    network = getattr(pipeline, "unet", None)
    alphas = getattr(pipeline.scheduler, "alphas_cumprod", None)
    if not isinstance(network, UNet2DConditionModel) or alphas is None or network.config.in_channels != 4:
        raise UserError(
            f"model: {folder} is a {type(pipeline).__name__}; expected Stable Diffusion 1, 2 or XL, as SD-Turbo, "
            "SDXL-Turbo, LCM and SDXS are"
        )
    if pipeline.vae.config.latent_channels != 4:
        raise UserError(
            f"autoencoder: {settings.autoencoder} is made for other models; expected one in the format of TAESD"
        )
    if controlnet is not None and controlnet.config.cross_attention_dim != network.config.cross_attention_dim:
        raise UserError(
            f"control: {settings.control} belongs to another model than {settings.model}; choose one of its own"
        )
    try:
        _to_device(pipeline, controlnet, where)
    except MEMORY_ERRORS as error:
        raise _too_large(settings.model) from error
    config = pipeline.scheduler.config
    steps = config.num_train_timesteps
    return DiffusionModel(
        pipeline,
        _compiled(network) if settings.compiled and where.type == "cuda" else network,
        pipeline.vae,
        controlnet,
        alphas.float().to(where),
        config.get("prediction_type", "epsilon"),
        max(1, steps // config.get("original_inference_steps", steps)),
        type(pipeline.scheduler).__name__ in STOCHASTIC_SCHEDULERS,
        pipeline.vae_scale_factor,
        where,
        dtype,
    )


def _part(kind: Any, key: str, name: str, dtype: torch.dtype) -> Any:
    """Read a separate part of the model; None if the setting is empty."""
    return _read(kind, key, _folder(key, name), dtype) if name else None


def _folder(key: str, name: str) -> Path:
    """Return the folder of a model that is given as a folder or by its published name."""
    if Path(name).is_dir():
        return Path(name)
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except HFValidationError:
        raise UserError(
            f'{key}: there is no folder {name}; expected one, or a published name as "owner/model"'
        ) from None
    except (LocalEntryNotFoundError, OSError):
        raise UserError(
            f"{key}: {name} isn't on this machine; download it once, with a network, by\n"
            f"  hf download {name}{DOWNLOAD_FILTERS.get(key, '')}\n"
            "or name a folder that holds it"
        ) from None


def _read(kind: Any, key: str, folder: Path, dtype: torch.dtype, **given: Any) -> Any:
    has_half = next(folder.rglob("*.fp16.safetensors"), None) is not None
    has_full = any(".fp16." not in path.name for path in folder.rglob("*.safetensors"))
    variant = "fp16" if has_half and (dtype != torch.float32 or not has_full) else None
    options = {"dtype": dtype, "variant": variant, "use_safetensors": True, "local_files_only": True}
    try:
        return kind.from_pretrained(folder, **options, **given)
    except MEMORY_ERRORS as error:
        raise _too_large(str(folder)) from error
    except READ_ERRORS as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError(
            f"{key}: {folder} can't be read as a {kind.__name__} ({reason[0]}); download it again, or name another"
        ) from error


def _to_device(pipeline: Any, controlnet: Any, device: torch.device) -> None:
    pipeline.to(device)
    # SDXL's own autoencoder overflows in float16.
    if pipeline.vae.dtype == torch.float16 and pipeline.vae.config.get("force_upcast"):
        pipeline.vae.to(torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32)
    for part in (pipeline.unet, pipeline.vae, controlnet):
        if part is not None:
            part.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)


def _compiled(network: Any) -> Any:
    return torch.compile(network, mode="reduce-overhead", dynamic=False)


def _dtype(name: str, device: torch.device) -> torch.dtype:
    """Return the type of the setting `precision`; for "auto" the device's fastest."""
    if name != "auto":
        kind: torch.dtype = getattr(torch, name)
        return kind
    if device.type != "cpu":
        return torch.float16
    return torch.bfloat16 if cpu_has_fast_bfloat16() else torch.float32


def _too_large(name: str) -> UserError:
    return UserError(f"{name} doesn't fit into memory; choose a smaller model, or close what else uses the card")
