//! Owns how a name or a value of a stranger's database becomes SQL. Every statement that is made at run time is put
//! together from these, so that a table named with quotes or semicolons stays a name.

pub(super) use crate::rls::identifier::literal;

use crate::rls::identifier::Identifier;

/// An identifier, always quoted.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with its schema, both quoted.
pub(super) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// An identifier as people write it: quoted only where it must be.
pub(super) fn plain(name: &str) -> String {
    // What the kit would not take for a name may still be one of somebody else's.
    Identifier::parse(name).map_or_else(|_| identifier(name), |name| name.to_string())
}

/// A name with its schema as people write it.
pub(super) fn plain_qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", plain(schema), plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_quotes_and_semicolons_stays_one_name() {
        assert_eq!(
            identifier(r#"x"; drop table y; --"#),
            r#""x""; drop table y; --""#
        );
        assert_eq!(qualified("a.b", "c\"d"), r#""a.b"."c""d""#);
    }

    #[test]
    fn a_name_is_quoted_for_people_only_where_it_must_be() {
        assert_eq!(plain_qualified("public", "orders"), "public.orders");
        assert_eq!(plain("Orders"), "\"Orders\"");
        assert_eq!(plain("user"), "\"user\"");
        assert_eq!(plain("2nd"), "\"2nd\"");
        assert_eq!(plain("a$b\""), "\"a$b\"\"\"");
    }
}
