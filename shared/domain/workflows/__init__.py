"""ComfyUI workflows: what each takes and gives, in a manifest beside its graph in API format."""
