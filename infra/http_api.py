"""The HTTP API: which path goes to which function, who may call it, how often, what is logged."""

import json
from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.deployment import Deployment
from infra.functions import Functions
from infra.identity import Identity

PROTECTED = {
    "generations": (
        *("/v1/generations", "/v1/generations/{proxy+}"),
        *("/v1/images", "/v1/images/{proxy+}"),
        "/v1/estimates",
        *("/v1/style-capsules", "/v1/style-capsules/{proxy+}"),
        *("/v1/modes", "/v1/models", "/v1/workflows"),
        *("/v1/usage", "/v1/costs", "/v1/stats", "/v1/queue"),
    ),
    "characters": (
        "/v1/uploads",
        "/v1/characters",
        "/v1/characters/{proxy+}",
        "/v1/variants/{proxy+}",
    ),
    "reference_kits": ("/v1/reference-kits", "/v1/reference-kits/{proxy+}"),
}
PUBLIC = {
    "generations": {
        "GET /v1/health": "Says nothing but that the API answers.",
        "GET /v1/openapi.json": "The public description of the API.",
        "GET /v1/docs": "The same description for people.",
    },
    "webhook": {"POST /v1/webhooks/replicate": "Trusted by the signature of its body."},
}
THROTTLE = apigatewayv2.ThrottleSettings(rate_limit=200, burst_limit=400)

# The route, not the path: a path may hold what only its caller should know.
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "source_ip": "$context.identity.sourceIp",
    "response_bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "authorizer_error": "$context.authorizer.error",
    "integration_error": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """One API on the default stage; `url` is its base, without a slash at the end."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        identity: Identity,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = apigatewayv2.HttpApi(
            self, "Api", create_default_stage=False, cors_preflight=_cors(deployment.site_origins)
        )
        self._add_stage(deployment.log_retention)
        authorizer = HttpJwtAuthorizer("Jwt", identity.issuer, jwt_audience=identity.audiences)
        for name in ("generations", "characters", "reference_kits", "webhook"):
            integration = HttpLambdaIntegration(
                name.title(), functions.all[name].function, scope_permission_to_route=False
            )
            self._add_protected(PROTECTED.get(name, ()), integration, authorizer)
            for route, reason in PUBLIC.get(name, {}).items():
                self._add_open(route, integration, reason=reason)
        self.url = self.api.api_endpoint

    def _add_protected(
        self,
        paths: Sequence[str],
        integration: HttpLambdaIntegration,
        authorizer: HttpJwtAuthorizer,
    ) -> None:
        for path in paths:
            # Any method, so that our own code can answer 405 with a problem document.
            self.api.add_routes(
                path=path,
                methods=[apigatewayv2.HttpMethod.ANY],
                integration=integration,
                authorizer=authorizer,
            )
            # Without a route of its own a preflight would meet ANY and be refused for its token.
            self._add_open(
                f"OPTIONS {path}",
                integration,
                reason="A preflight carries no token; the gateway itself answers it.",
            )

    def _add_open(self, route: str, integration: HttpLambdaIntegration, *, reason: str) -> None:
        method, path = route.split(" ")
        for added in self.api.add_routes(
            path=path, methods=[apigatewayv2.HttpMethod[method]], integration=integration
        ):
            cdk.Validations.of(added).acknowledge(
                cdk.Acknowledgment(id="AwsSolutions-APIG4", reason=reason)
            )

    def _add_stage(self, log_retention: logs.RetentionDays) -> None:
        log_group = logs.LogGroup(
            self, "AccessLogs", retention=log_retention, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        stage = apigatewayv2.HttpStage(
            self, "Stage", http_api=self.api, auto_deploy=True, throttle=THROTTLE
        )
        cast(
            "apigatewayv2.CfnStage", stage.node.default_child
        ).access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=json.dumps(ACCESS_LOG)
        )


def _cors(site_origins: Sequence[str]) -> apigatewayv2.CorsPreflightOptions:
    return apigatewayv2.CorsPreflightOptions(
        allow_origins=list(site_origins),
        allow_methods=[apigatewayv2.CorsHttpMethod.ANY],
        allow_headers=["authorization", "content-type", "idempotency-key"],
        expose_headers=["location", "retry-after", "idempotent-replayed"],
        max_age=cdk.Duration.hours(1),
    )
