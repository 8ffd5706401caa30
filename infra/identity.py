"""Who may call the API: the issuer of its tokens, a Cognito user pool unless one is named."""

from typing import Any, cast
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.deployment import Deployment
from infra.naming import unique_name

PAID_GROUP = "paid"


class Identity(Construct):
    """`issuer` and `audiences` of accepted tokens; `sign_in` tells the studio how to come by one,
    `sign_in_origin` is where it then asks."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self._studio: cognito.UserPoolClient | None = None
        if deployment.jwt_issuer is not None and deployment.jwt_audience is not None:
            self.issuer, self.audiences = deployment.jwt_issuer, [deployment.jwt_audience]
            self.sign_in: dict[str, Any] = {"type": "oidc", "issuer": self.issuer}
            self.sign_in_origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.issuer))
        else:
            self._create_users(deployment)
        self.sign_in |= {"client_id": self.audiences[-1], "scopes": ["openid"]}

    def allow_sign_in_at(self, site_url: str) -> None:
        """The studio's address, to which a hosted sign-in leads back.

        It is known only after the API it stands before, which in turn has to know the clients.
        """
        if self._studio is not None:
            client = cast("cognito.CfnUserPoolClient", self._studio.node.default_child)
            client.callback_ur_ls = client.logout_ur_ls = [site_url]

    def _create_users(self, deployment: Deployment) -> None:
        pool = self._user_pool(deployment.removal_policy)
        tools = self._client_of_tools(pool)
        pool.add_group("Paid", group_name=PAID_GROUP)
        self._studio = self._client_of_the_studio(pool)
        self.issuer = pool.user_pool_provider_url
        self.audiences = [tools.user_pool_client_id, self._studio.user_pool_client_id]
        self.sign_in_origin = self._hosted_sign_in(pool, self._studio).base_url()
        self.sign_in = {"type": "cognito", "domain": self.sign_in_origin}
        for name, value, described in (
            ("UserPoolId", pool.user_pool_id, "Who may use the API: users are invited here"),
            ("UserPoolClientId", tools.user_pool_client_id, "The client that tools sign in with"),
        ):
            output = cdk.CfnOutput(self, name, value=value, description=described)
            output.override_logical_id(name)

    def _client_of_tools(self, pool: cognito.UserPool) -> cognito.UserPoolClient:
        """No secret to keep, and no password over the wire except from who holds AWS credentials
        for this account."""
        return pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
        )

    def _client_of_the_studio(self, pool: cognito.UserPool) -> cognito.UserPoolClient:
        """Public, as whatever runs in a browser is: the code it is given is worth nothing without
        the verifier that never left the tab (PKCE)."""
        return pool.add_client(
            "Studio",
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
            ),
            refresh_token_validity=cdk.Duration.days(1),
            prevent_user_existence_errors=True,
        )

    def _hosted_sign_in(
        self, pool: cognito.UserPool, client: cognito.UserPoolClient
    ) -> cognito.UserPoolDomain:
        domain = pool.add_domain(
            "SignIn",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=unique_name(self)),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )
        # Without a style, even the provided one, the page shows an error instead of a form.
        cognito.CfnManagedLoginBranding(
            self,
            "Style",
            user_pool_id=pool.user_pool_id,
            client_id=client.user_pool_client_id,
            use_cognito_provided_values=True,
        )
        return domain

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
