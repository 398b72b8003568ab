//! Owns what roles are called: those with a meaning to us in the person's language, others as their organization does.

use crate::i18n::Texts;

/// The name of a member's role.
#[must_use]
pub fn name(texts: Texts, role: &str) -> &str {
    match role {
        "owner" => texts.role_owner(),
        "admin" => texts.role_admin(),
        "member" => texts.role_member(),
        "viewer" => texts.role_viewer(),
        other => other,
    }
}
