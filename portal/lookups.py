"""Lookups that every model may use."""

from typing import Any

from django.db.models import Field, ForeignObject, Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """``pk__any=[…]``: one of many values, given as one array.

    ``pk__in`` sends each value as a parameter of its own, which takes longer to put together than
    to answer from some hundred values on.
    """

    lookup_name = "any"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        """The array as one parameter."""
        kind = self.lhs.output_field.rel_db_type(connection)
        return f"%s::{kind}[]", (list(value),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The comparison with the array."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", (*left_params, *right_params)
