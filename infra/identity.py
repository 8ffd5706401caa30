"""Who may call the API: the issuer of its tokens, a Cognito user pool unless one is named."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.deployment import Deployment

PAID_GROUP = "paid"


class Identity(Construct):
    """`issuer` and `audience` of accepted tokens."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        if deployment.jwt_issuer is not None and deployment.jwt_audience is not None:
            self.issuer, self.audience = deployment.jwt_issuer, deployment.jwt_audience
            return
        pool = self._user_pool(deployment.removal_policy)
        # The client a person's own tools sign in with: no secret to keep, no password over the wire
        # except from who holds AWS credentials for this account.
        client = pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
        )
        pool.add_group("Paid", group_name=PAID_GROUP)
        self.issuer, self.audience = pool.user_pool_provider_url, client.user_pool_client_id
        for name, value, described in (
            ("UserPoolId", pool.user_pool_id, "Who may use the API: users are invited here"),
            ("UserPoolClientId", self.audience, "The client that users sign in with"),
        ):
            output = cdk.CfnOutput(self, name, value=value, description=described)
            output.override_logical_id(name)

    def _user_pool(self, removal_policy: cdk.RemovalPolicy) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Users",
            # Whoever signs in spends money at the image providers: users are invited.
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
            ),
            removal_policy=removal_policy,
            deletion_protection=removal_policy == cdk.RemovalPolicy.RETAIN,
        )
        cdk.Validations.of(pool).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-COG2",
                reason="A second factor is offered; to require it is the operator's choice.",
            ),
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions-{rule}",
                    reason="Threat protection belongs to the paid plan, and users are invited.",
                )
                for rule in ("COG3", "COG8")
            ),
        )
        return pool
