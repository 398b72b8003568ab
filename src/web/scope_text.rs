//! Owns what scopes say to a person: a sentence for those we know, the scope itself for others.

use crate::protocol::scope::{
    CONSENTS, GROUPS, MODULES, OFFLINE_ACCESS, ORGANIZATION_ANY, ORGANIZATION_PREFIX, ORGANIZATIONS, ROLES,
};

/// A line of the list of what a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeLine<'a> {
    /// A scope with a meaning that we can tell.
    Sentence(&'static str),
    /// A scope that only the client's makers can explain.
    Code(&'a str),
}

/// The line of a scope; `None` for those that a page tells in another place.
#[must_use]
pub fn line(scope: &str) -> Option<ScopeLine<'_>> {
    match scope {
        "openid" => Some(ScopeLine::Sentence("Know who you are when you sign in")),
        "profile" => Some(ScopeLine::Sentence(
            "See your profile: your name, picture and similar details",
        )),
        "email" => Some(ScopeLine::Sentence("See your email address")),
        "address" => Some(ScopeLine::Sentence("See your postal address")),
        "phone" => Some(ScopeLine::Sentence("See your phone number")),
        ORGANIZATIONS => Some(ScopeLine::Sentence(
            "See which organizations you belong to, and your role there",
        )),
        MODULES => Some(ScopeLine::Sentence(
            "See which parts of your organization you may use",
        )),
        GROUPS => Some(ScopeLine::Sentence(
            "See your organization, and your roles in it and in its workspaces",
        )),
        ROLES => Some(ScopeLine::Sentence("See your roles")),
        CONSENTS => Some(ScopeLine::Sentence(
            "See what you allowed applications, and withdraw it",
        )),
        ORGANIZATION_ANY => Some(ScopeLine::Sentence("Switch between your organizations")),
        OFFLINE_ACCESS => None,
        organization if organization.starts_with(ORGANIZATION_PREFIX) => None,
        unknown => Some(ScopeLine::Code(unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::scope::standard;

    #[test]
    fn every_scope_that_we_serve_says_something() {
        for scope in standard().filter(|scope| *scope != OFFLINE_ACCESS) {
            assert!(matches!(line(scope), Some(ScopeLine::Sentence(_))), "{scope}");
        }
    }

    #[test]
    fn unknown_scopes_are_shown_as_they_are() {
        assert_eq!(line("files:write"), Some(ScopeLine::Code("files:write")));
        assert!(matches!(line("email"), Some(ScopeLine::Sentence(_))));
        assert_eq!(line("offline_access"), None);
        assert_eq!(line("organization:acme"), None);
        assert!(matches!(line("organization:*"), Some(ScopeLine::Sentence(_))));
    }
}
