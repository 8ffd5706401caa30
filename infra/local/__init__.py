"""The same stack on this machine: engine, provider simulators, the `likeness` command."""
