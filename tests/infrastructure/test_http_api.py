"""Which route goes to which function, and which needs a token."""

import json

from tests.infrastructure.templates import Properties, Template

GENERATIONS = (
    "/v1/estimates",
    *(
        f"/v1/{path}{rest}"
        for path in ("generations", "images", "style-capsules")
        for rest in ("", "/{proxy+}")
    ),
    *("/v1/modes", "/v1/models", "/v1/workflows"),
    *("/v1/usage", "/v1/costs", "/v1/stats", "/v1/queue"),
)
REFERENCE_KITS = ("/v1/reference-kits", "/v1/reference-kits/{proxy+}")
CHARACTERS = (
    "/v1/uploads",
    "/v1/characters",
    "/v1/characters/{proxy+}",
    "/v1/variants/{proxy+}",
)
OPEN = {
    "GET /v1/health": "generations",
    "GET /v1/openapi.json": "generations",
    "GET /v1/docs": "generations",
    "POST /v1/webhooks/replicate": "webhook",
    **{f"OPTIONS {path}": "generations" for path in GENERATIONS},
    **{f"OPTIONS {path}": "characters" for path in CHARACTERS},
    **{f"OPTIONS {path}": "reference_kits" for path in REFERENCE_KITS},
}
WITH_TOKEN = {
    **{f"ANY {path}": "generations" for path in GENERATIONS},
    **{f"ANY {path}": "characters" for path in CHARACTERS},
    **{f"ANY {path}": "reference_kits" for path in REFERENCE_KITS},
}


def _routes(template: Template) -> dict[str, Properties]:
    return {
        route["RouteKey"]: route for route in template.of_type("AWS::ApiGatewayV2::Route").values()
    }


def _function(template: Template, route: Properties) -> str:
    integration = template.of_type("AWS::ApiGatewayV2::Integration")[
        route["Target"]["Fn::Join"][1][1]["Ref"]
    ]
    name = integration["IntegrationUri"]["Fn::GetAtt"][0]
    function = template.of_type("AWS::Lambda::Function")[name]
    service: str = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    return service


def test_each_route_reaches_its_function(template: Template) -> None:
    reached = {key: _function(template, route) for key, route in _routes(template).items()}
    assert reached == OPEN | WITH_TOKEN


def test_every_route_but_the_public_ones_needs_a_token(template: Template) -> None:
    kinds = {key: route["AuthorizationType"] for key, route in _routes(template).items()}
    assert {key for key, kind in kinds.items() if kind == "JWT"} == set(WITH_TOKEN)
    assert {key for key, kind in kinds.items() if kind == "NONE"} == set(OPEN)


def test_a_preflight_passes_wherever_a_token_is_needed(template: Template) -> None:
    """Without a route of its own it would meet ANY, and be refused for having no token."""
    routes = _routes(template)
    for key in WITH_TOKEN:
        assert routes[key.replace("ANY", "OPTIONS")]["AuthorizationType"] == "NONE"


def test_tokens_come_from_the_issuer_the_deployment_names(local_template: Template) -> None:
    (authorizer,) = local_template.of_type("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://issuer.example",
        "Audience": ["likeness"],
    }
    assert not local_template.of_type("AWS::Cognito::UserPool")


def test_without_an_issuer_there_is_a_user_pool_with_a_paid_group(template: Template) -> None:
    (pool,) = template.of_type("AWS::Cognito::UserPool").values()
    (group,) = template.of_type("AWS::Cognito::UserPoolGroup").values()
    (authorizer,) = template.of_type("AWS::ApiGatewayV2::Authorizer").values()
    clients = [
        template.logical_id(kind="AWS::Cognito::UserPoolClient", containing=name)
        for name in ("Client", "Studio")
    ]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert group["GroupName"] == "paid"
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": one} for one in clients]


def test_the_stage_is_throttled_and_its_log_holds_no_path(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    written = json.loads(stage["AccessLogSettings"]["Format"])
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": 400,
        "ThrottlingRateLimit": 200,
    }
    assert written["route"] == "$context.routeKey"
    assert not {"$context.path", "$context.authorizer.claims.sub"} & set(written.values())
