"""The studio's address in AWS: who reads the pages, what they forbid, what is never cached."""

import json
from typing import Any

from infra.local.pages import CONFIG
from infra.site_headers import content_security_policy, local_headers
from tests.infrastructure.templates import Properties, Template

DISTRIBUTION = "AWS::CloudFront::Distribution"
CLIENT = "AWS::Cognito::UserPoolClient"
# CloudFront's own policies, by the ids its documentation gives.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def _distribution(template: Template) -> Properties:
    (one,) = template.of_type(DISTRIBUTION).values()
    content: Properties = one["DistributionConfig"]
    return content


def _headers(template: Template) -> Properties:
    (one,) = template.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    content: Properties = one["ResponseHeadersPolicyConfig"]
    return content


def _said(value: Any) -> str:
    """A joined text, what is known only after deployment as `<ID.Attribute>`."""
    if isinstance(value, str):
        return value
    ((how, what),) = value.items()
    if how == "Fn::Join":
        return str(what[0]).join(_said(part) for part in what[1])
    return f"<{'.'.join(what) if how == 'Fn::GetAtt' else what}>"


def _policy(template: Template) -> str:
    security = _headers(template)["SecurityHeadersConfig"]
    return _said(security["ContentSecurityPolicy"]["ContentSecurityPolicy"])


def _origin(template: Template, bucket: str) -> str:
    name = template.logical_id(kind="AWS::S3::Bucket", containing=f"Storage{bucket}")
    return f"https://<{name}.RegionalDomainName>"


def test_cloudfront_alone_reads_the_pages_and_only_as_this_distribution(template: Template) -> None:
    pages = template.logical_id(kind="AWS::S3::Bucket", containing="Pages")
    distribution = template.logical_id(kind=DISTRIBUTION, containing="Website")
    (policy,) = (
        one
        for one in template.of_type("AWS::S3::BucketPolicy").values()
        if one["Bucket"] == {"Ref": pages}
    )
    _, allowed = policy["PolicyDocument"]["Statement"]
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "s3:GetObject")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = _said(allowed["Condition"]["StringEquals"]["AWS:SourceArn"])
    assert source.endswith(f":distribution/<{distribution}>")
    (access,) = template.of_type("AWS::CloudFront::OriginAccessControl").values()
    signing = access["OriginAccessControlConfig"]
    assert (signing["SigningBehavior"], signing["SigningProtocol"]) == ("always", "sigv4")
    origin = _distribution(template)["Origins"][0]
    assert origin["DomainName"]["Fn::GetAtt"] == [pages, "RegionalDomainName"]
    assert origin["OriginAccessControlId"]


def test_the_api_is_passed_on_whole_and_never_cached(template: Template) -> None:
    distribution = _distribution(template)
    (api,) = distribution["CacheBehaviors"]
    assert api["PathPattern"] == "/v1/*"
    assert api["CachePolicyId"] == CACHING_DISABLED
    assert api["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(api["AllowedMethods"])
    assert api["ViewerProtocolPolicy"] == "https-only"
    assert distribution["DefaultRootObject"] == "index.html"
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    # One for all paths: the API's own 403 and 404 would be answered with a page.
    assert "CustomErrorResponses" not in distribution


def test_pages_forbid_in_aws_what_they_forbid_on_this_machine(template: Template) -> None:
    images, uploads = _origin(template, "Images"), _origin(template, "Uploads")
    domain = template.logical_id(kind="AWS::Cognito::UserPoolDomain", containing="SignIn")
    sign_in = f"https://<{domain}>.auth.<AWS::Region>.amazoncognito.com"
    assert _policy(template) == content_security_policy(
        images=images, uploads=uploads, sign_in=sign_in
    )
    local = local_headers(images=images, uploads=uploads)
    assert _policy(template).replace(f" {sign_in}", "") == local.pop("Content-Security-Policy")
    security = _headers(template)["SecurityHeadersConfig"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == local.pop("Referrer-Policy")
    assert security["ContentTypeOptions"] == {"Override": True}
    assert local.pop("X-Content-Type-Options") == "nosniff"
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 365 * 24 * 3600
    custom = _headers(template)["CustomHeadersConfig"]["Items"]
    assert {one["Header"]: one["Value"] for one in custom} == local
    used = _distribution(template)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    assert used["Ref"] in template.of_type("AWS::CloudFront::ResponseHeadersPolicy")


def test_one_signs_in_on_cognitos_page_with_a_code_that_leads_back_to_the_studio(
    template: Template,
) -> None:
    name = template.logical_id(kind=CLIENT, containing="Studio")
    client = template.of_type(CLIENT)[name]
    url = template.body["Outputs"]["SiteUrl"]["Value"]
    assert client["CallbackURLs"] == client["LogoutURLs"] == [url]
    assert (client["AllowedOAuthFlows"], client["AllowedOAuthScopes"]) == (["code"], ["openid"])
    assert "GenerateSecret" not in client
    (style,) = template.of_type("AWS::Cognito::ManagedLoginBranding").values()
    assert style["ClientId"] == {"Ref": name}
    told = json.loads(_said(template.body["Outputs"]["SiteConfig"]["Value"]))["sign_in"]
    assert set(told) == {"type", "domain", "client_id", "scopes"}
    assert (told["type"], told["client_id"], told["scopes"]) == ("cognito", f"<{name}>", ["openid"])
    assert told["domain"] in _policy(template)


def test_names_that_must_be_given_are_made_from_the_stacks_own_id(template: Template) -> None:
    """CloudFront's are taken once per account, a sign-in domain once per region, by whomever."""
    (domain,) = template.of_type("AWS::Cognito::UserPoolDomain").values()
    (access,) = template.of_type("AWS::CloudFront::OriginAccessControl").values()
    named = [
        domain["Domain"],
        access["OriginAccessControlConfig"]["Name"],
        _headers(template)["Name"],
    ]
    assert all("AWS::StackId" in json.dumps(name) for name in named)


def test_ones_own_issuer_and_domain_are_used(own_template: Template) -> None:
    distribution = _distribution(own_template)
    assert distribution["Aliases"] == ["studio.example"]
    certificate = distribution["ViewerCertificate"]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert own_template.body["Outputs"]["SiteUrl"]["Value"] == "https://studio.example/"
    assert json.loads(own_template.body["Outputs"]["SiteConfig"]["Value"])["sign_in"] == {
        "type": "oidc",
        "issuer": "https://issuer.example",
        "client_id": "likeness",
        "scopes": ["openid"],
    }

    assert " https://issuer.example;" in _policy(own_template)
    assert not own_template.of_type("AWS::Cognito::UserPoolDomain")


def test_on_this_machine_the_public_port_is_the_studios_address(local_template: Template) -> None:
    kinds = {resource["Type"] for resource in local_template.body["Resources"].values()}
    assert not {kind for kind in kinds if "CloudFront" in kind}
    assert "SiteUrl" not in local_template.body["Outputs"]
    assert CONFIG["sign_in"]["type"] == "local"
