"""What each function may do, and what nobody may."""

import json

import pytest

from infra.functions import NAMES
from infra.workflow import LOG_DELIVERY
from tests.infrastructure.templates import Template, as_list

READ = {"dynamodb:GetItem", "dynamodb:Query"}
WRITE = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
BATCH = {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"}
CONSUME = {
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
SEND = {"sqs:SendMessage"}
SECRET = {"secretsmanager:GetSecretValue"}
FOLLOW = {
    f"dynamodb:{verb}"
    for verb in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
ANSWER = {"states:SendTaskFailure", "states:SendTaskSuccess"}
S3_READ = {"s3:GetObject"}
S3_WRITE = {"s3:PutObject"}
S3_DELETE = {"s3:DeleteObject"}
S3_LIST = {"s3:ListBucket"}

API = LOG | READ | WRITE | BATCH | SEND | S3_READ | S3_WRITE | S3_DELETE | S3_LIST

ACTIONS = {
    "generations": API,
    "characters": API | {"dynamodb:ConditionCheckItem"},
    "reference_kits": API | {"states:StartExecution", "states:StopExecution"},
    "webhook": LOG | SEND | SECRET,
    "worker": (
        LOG
        | READ
        | WRITE
        | SEND
        | CONSUME
        | SECRET
        | ANSWER
        | S3_READ
        | S3_WRITE
        | S3_DELETE
        | S3_LIST
    ),
    "face_analysis": (
        LOG
        | CONSUME
        | SEND
        | S3_READ
        | S3_LIST
        | {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    ),
    "kit_workflow": LOG | READ | SEND | ANSWER | {"dynamodb:PutItem", "dynamodb:UpdateItem"},
    "sweeper": (
        LOG
        | READ
        | WRITE
        | BATCH
        | SEND
        | CONSUME
        | ANSWER
        | S3_WRITE
        | S3_DELETE
        | S3_LIST
        | {"states:StartExecution", "states:DescribeExecution"}
    ),
    "analytics": (
        LOG
        | WRITE
        | CONSUME
        | SEND
        | S3_WRITE
        | FOLLOW
        | {"dynamodb:BatchGetItem", "dynamodb:GetItem", "events:PutEvents"}
    ),
}
PICTURES = {"Images/*/characters/*", "Images/*/renders/*", "Images/*/project_*", "Images/*/kits/*"}
OBJECTS = {
    "generations": {*PICTURES, "Uploads/*/uploads/*"},
    "characters": {*PICTURES, "Uploads/*/uploads/*"},
    "reference_kits": {*PICTURES, "Uploads/*/uploads/*"},
    "webhook": set(),
    "worker": {*PICTURES, "Uploads/*/uploads/*"},
    "face_analysis": {*PICTURES},
    "kit_workflow": set(),
    "sweeper": {
        *PICTURES,
        "Images/dead-letters/*",
        "Uploads/*/uploads/*",
    },
    "analytics": {"Archive/events/*"},
}
# Which streams there are, a task by its token and the delivery of logs are no rights on a resource.
ON_NO_RESOURCE = ({"dynamodb:ListStreams"}, ANSWER, set(LOG_DELIVERY))
INDEXES = {
    "generations": {"by_owner"},
    "characters": {"by_owner"},
    "reference_kits": {"by_owner"},
    "webhook": set(),
    "worker": set(),
    "face_analysis": set(),
    "kit_workflow": set(),
    "sweeper": {"due"},
    "analytics": set(),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_do_what_its_job_needs_and_no_more(name: str, template: Template) -> None:
    allowed = {
        action for statement in template.statements(name) for action in as_list(statement["Action"])
    }
    assert allowed == ACTIONS[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_function_reaches_only_its_prefixes_and_indexes(name: str, template: Template) -> None:
    joined = [
        resource["Fn::Join"][1]
        for statement in template.statements(name)
        for resource in as_list(statement["Resource"])
        if isinstance(resource, dict) and "Fn::Join" in resource
    ]
    suffixes = {parts[-1] for parts in joined}
    objects = {f"{_bucket(str(parts[0]))}{parts[-1]}" for parts in joined if "/*" in parts[-1]}
    indexes = {end.removeprefix("/index/") for end in suffixes if end.startswith("/index/")}
    assert (objects, indexes) == (OBJECTS[name], INDEXES[name])


def _bucket(resource: str) -> str:
    return next(name for name in ("Uploads", "Images", "Archive") if name in resource)


def test_the_sweeper_writes_nothing_but_dead_letters_and_reads_no_picture(
    template: Template,
) -> None:
    of_objects = {
        action: json.dumps(statement["Resource"])
        for statement in template.statements("sweeper")
        for action in as_list(statement["Action"])
        if action.endswith("Object")
    }
    assert of_objects.keys() == S3_WRITE | S3_DELETE
    assert "dead-letters" in of_objects["s3:PutObject"]
    assert "renders" not in of_objects["s3:PutObject"]
    assert "dead-letters" not in of_objects["s3:DeleteObject"]


def test_nothing_is_allowed_on_everything_and_no_action_is_a_pattern(template: Template) -> None:
    for policy in template.of_type("AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            everywhere = set(as_list(statement["Action"])) in ON_NO_RESOURCE
            assert everywhere or "*" not in as_list(statement["Resource"])
            assert not [action for action in as_list(statement["Action"]) if "*" in action]


def test_an_execution_may_run_one_function_and_the_sweeper_may_start_one_machine(
    template: Template,
) -> None:
    (machine,) = template.of_type("AWS::StepFunctions::StateMachine")
    roles = template.of_type("AWS::IAM::Role")
    (role,) = (name for name in roles if name.startswith("KitWorkflowRole"))
    allowed = {
        action: json.dumps(statement["Resource"])
        for policy in template.of_type("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
    }
    assert set(allowed) == {"lambda:InvokeFunction", *LOG_DELIVERY}
    assert "KitWorkflowFunction" in allowed["lambda:InvokeFunction"]
    started = {
        action: statement["Resource"]
        for statement in template.statements("sweeper")
        for action in as_list(statement["Action"])
        if action.startswith("states:")
    }
    assert started["states:StartExecution"] == {"Ref": machine}
    assert f'"{machine}", "Name"' in json.dumps(started["states:DescribeExecution"])


def test_every_function_has_a_role_of_its_own_without_managed_policies(template: Template) -> None:
    roles = [json.dumps(function["Role"]) for function in template.functions().values()]
    assert len(set(roles)) == len(NAMES)
    for role in template.of_type("AWS::IAM::Role").values():
        assert not role.keys() & {"ManagedPolicyArns", "Policies"}


def test_only_the_gateway_and_of_it_only_this_api_may_call_a_function(template: Template) -> None:
    permissions = template.of_type("AWS::Lambda::Permission").values()
    assert len(permissions) == 4
    for permission in permissions:
        assert permission["Principal"] == "apigateway.amazonaws.com"
        api = template.logical_id(kind="AWS::ApiGatewayV2::Api", containing="Api")
        assert {"Ref": api} in permission["SourceArn"]["Fn::Join"][1]
