"""The syntax tree of a compiled CEL expression, read from the standard serialised form.

The runtime hands out a compiled expression only as a ``cel.expr.CheckedExpr`` message (syntax.proto and
checked.proto of the CEL specification). The few fields that a static check needs are declared here, so
that protobuf itself does the reading.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

_MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
_TYPES = {
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "double": descriptor_pb2.FieldDescriptorProto.TYPE_DOUBLE,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    "null": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "uint64": descriptor_pb2.FieldDescriptorProto.TYPE_UINT64,
}
# message → {field: (number, type)}; "[]" marks a repeated field, "|" a member of the oneof "kind".
_SHAPES: dict[str, dict[str, tuple[int, str]]] = {
    "Constant": {
        "null_value": (1, "|null"),
        "bool_value": (2, "|bool"),
        "int64_value": (3, "|int64"),
        "uint64_value": (4, "|uint64"),
        "double_value": (5, "|double"),
        "string_value": (6, "|string"),
        "bytes_value": (7, "|bytes"),
    },
    "Ident": {"name": (1, "string")},
    "Select": {"operand": (1, "Expr"), "field": (2, "string"), "test_only": (3, "bool")},
    "Call": {"target": (1, "Expr"), "function": (2, "string"), "args": (3, "[]Expr")},
    "CreateList": {"elements": (1, "[]Expr")},
    "Entry": {"id": (1, "int64"), "field_key": (2, "string"), "map_key": (3, "Expr"), "value": (4, "Expr")},
    "CreateStruct": {"message_name": (1, "string"), "entries": (2, "[]Entry")},
    "Comprehension": {
        "iter_var": (1, "string"),
        "iter_range": (2, "Expr"),
        "accu_var": (3, "string"),
        "accu_init": (4, "Expr"),
        "loop_condition": (5, "Expr"),
        "loop_step": (6, "Expr"),
        "result": (7, "Expr"),
        "iter_var2": (8, "string"),
    },
    "Expr": {
        "id": (2, "int64"),
        "const_expr": (3, "|Constant"),
        "ident_expr": (4, "|Ident"),
        "select_expr": (5, "|Select"),
        "call_expr": (6, "|Call"),
        "list_expr": (7, "|CreateList"),
        "struct_expr": (8, "|CreateStruct"),
        "comprehension_expr": (9, "|Comprehension"),
    },
    "CheckedExpr": {"expr": (4, "Expr")},
}


def tree(serialized: bytes) -> Any:
    """Return the root ``Expr`` message of a serialised expression."""
    envelope = any_pb2.Any.FromString(serialized)
    return _checked_expr().FromString(envelope.value).expr


def constant(expr: Any) -> Any:
    """Return the value of a constant expression; None for anything else (and for ``null``)."""
    if expr.WhichOneof("kind") != "const_expr":
        return None
    kind = expr.const_expr.WhichOneof("kind")
    return None if kind == "null_value" else getattr(expr.const_expr, kind)


@cache
def _checked_expr() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="preflight/cel.proto", package="preflight.cel", syntax="proto3")
    for name, fields in _SHAPES.items():
        message = file.message_type.add(name=name)
        if any(kind.startswith("|") for _, kind in fields.values()):
            message.oneof_decl.add(name="kind")
        for field, (number, kind) in fields.items():
            _declare(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("preflight.cel.CheckedExpr"))


def _declare(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    plain = kind.removeprefix("[]").removeprefix("|")
    field = message.field.add(name=name, number=number)
    field.label = field.LABEL_REPEATED if kind.startswith("[]") else field.LABEL_OPTIONAL
    field.type = _TYPES.get(plain, _MESSAGE)
    if plain not in _TYPES:
        field.type_name = f".preflight.cel.{plain}"
    if kind.startswith("|"):
        field.oneof_index = 0
