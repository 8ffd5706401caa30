"""The studio's address: CloudFront before a closed bucket of pages, and before the API at /v1.

One origin for both: the studio asks its own site. What a page
forbids the browser is in infra/site_headers.py, which the local server reads, too.
"""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra import site_headers as site
from infra.deployment import Deployment
from infra.http_api import HttpApi
from infra.identity import Identity
from infra.naming import unique_name
from infra.storage import Storage, private_bucket

API_PATHS = "/v1/*"
ACCEPTED = {
    "CFR1": "Who may use the studio is decided by its users, not by the country they are in.",
    "CFR2": "The pages are static and public; the API is throttled and asks for a token. A web "
    "firewall is the operator's choice and costs per month.",
    "CFR3": "The API logs its own requests; who looked at public files is nobody's business.",
}
WITHOUT_CERTIFICATE = (
    "CloudFront's own name comes with CloudFront's own certificate and its oldest protocol; with "
    "the context site_domain and site_certificate_arn TLS 1.2 is the least."
)


class Website(Construct):
    """`url` is where people open the studio, with a slash at its end; `bucket` holds its files."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: HttpApi,
        identity: Identity,
        storage: Storage,
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = private_bucket(self, "Pages", deployment)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Likeness: the studio and its API",
            default_root_object="index.html",
            default_behavior=self._pages(identity, storage),
            additional_behaviors={API_PATHS: _passed_on_to(api)},
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            **self._own_name(deployment),
        )
        self._acknowledge(deployment)
        name = deployment.site_domain or self.distribution.distribution_domain_name
        self.url = f"https://{name}/"
        identity.allow_sign_in_at(self.url)
        config = json.dumps({"sign_in": identity.sign_in})
        for output, value, described in (
            ("SiteUrl", self.url, "Where people open the studio"),
            ("SiteBucketName", self.bucket.bucket_name, "Bucket of the studio's files"),
            ("SiteConfig", config, "The studio's config.json: how one signs in"),
        ):
            added = cdk.CfnOutput(self, output, value=value, description=described)
            added.override_logical_id(output)

    def _pages(self, identity: Identity, storage: Storage) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(
                self.bucket,
                origin_access_control=cloudfront.S3OriginAccessControl(
                    self, "Access", origin_access_control_name=unique_name(self)
                ),
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            # The files say `no-cache`: CloudFront asks the bucket whether they have changed.
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._headers(identity, storage),
            compress=True,
        )

    def _headers(self, identity: Identity, storage: Storage) -> cloudfront.ResponseHeadersPolicy:
        policy = site.content_security_policy(
            images=f"https://{storage.images.bucket_regional_domain_name}",
            uploads=f"https://{storage.uploads.bucket_regional_domain_name}",
            sign_in=identity.sign_in_origin,
        )
        others = [
            cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
            for name, value in site.OTHERS.items()
        ]
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=unique_name(self),
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=policy, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=cdk.Duration.seconds(site.HSTS_SECONDS), override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(custom_headers=others),
        )

    def _own_name(self, deployment: Deployment) -> dict[str, Any]:
        if deployment.site_domain is None or deployment.site_certificate_arn is None:
            return {}
        return {
            "domain_names": [deployment.site_domain],
            "certificate": acm.Certificate.from_certificate_arn(
                self, "Certificate", deployment.site_certificate_arn
            ),
            "minimum_protocol_version": cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }

    def _acknowledge(self, deployment: Deployment) -> None:
        accepted = dict(ACCEPTED)
        if deployment.site_domain is None:
            accepted["CFR4"] = WITHOUT_CERTIFICATE
        cdk.Validations.of(self.distribution).acknowledge(
            *(
                cdk.Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason)
                for rule, reason in accepted.items()
            )
        )


def _passed_on_to(api: HttpApi) -> cloudfront.BehaviorOptions:
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(
            cdk.Fn.select(2, cdk.Fn.split("/", api.url)),
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
        ),
        # Not redirected: a token that was sent in the open is no longer one.
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        # The API knows itself by its own name alone.
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    )
