"""The diffusion engine: few-step diffusion models with pipelined denoising for streams of pictures."""
