"""The one secret: keys and base URLs of the image providers, as a JSON object."""

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.deployment import Deployment

NO_PROVIDERS = "{}"


class ProviderSecret(Construct):
    """Empty until an operator writes its value; later deployments leave that value alone."""

    def __init__(self, scope: Construct, construct_id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            description="Keys and base URLs of the image providers",
            secret_string=NO_PROVIDERS,
        )
        secret.apply_removal_policy(deployment.removal_policy)
        # Both name the secret where an id is asked for; only the ARN also works in a policy.
        self.arn = secret.attr_id
        cdk.Validations.of(secret).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SMG4",
                reason="The keys are issued by the providers: rotated there, then written here.",
            )
        )
