//! Owns what scopes say to a person: a sentence for those we know, the scope itself for others.

use crate::i18n::Texts;
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
pub fn line(texts: Texts, scope: &str) -> Option<ScopeLine<'_>> {
    let sentence = match scope {
        "openid" => texts.scope_openid(),
        "profile" => texts.scope_profile(),
        "email" => texts.scope_email(),
        "address" => texts.scope_address(),
        "phone" => texts.scope_phone(),
        ORGANIZATIONS => texts.scope_organizations(),
        MODULES => texts.scope_modules(),
        GROUPS => texts.scope_groups(),
        ROLES => texts.scope_roles(),
        CONSENTS => texts.scope_consents(),
        ORGANIZATION_ANY => texts.scope_any_organization(),
        OFFLINE_ACCESS => return None,
        organization if organization.starts_with(ORGANIZATION_PREFIX) => return None,
        unknown => return Some(ScopeLine::Code(unknown)),
    };
    Some(ScopeLine::Sentence(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::scope::standard;

    #[test]
    fn every_scope_that_we_serve_says_something() {
        for scope in standard().filter(|scope| *scope != OFFLINE_ACCESS) {
            assert!(
                matches!(line(Texts::default(), scope), Some(ScopeLine::Sentence(_))),
                "{scope}"
            );
        }
    }

    #[test]
    fn unknown_scopes_are_shown_as_they_are() {
        assert_eq!(
            line(Texts::default(), "files:write"),
            Some(ScopeLine::Code("files:write"))
        );
        assert!(matches!(
            line(Texts::default(), "email"),
            Some(ScopeLine::Sentence(_))
        ));
        assert_eq!(line(Texts::default(), "offline_access"), None);
        assert_eq!(line(Texts::default(), "organization:acme"), None);
        assert!(matches!(
            line(Texts::default(), "organization:*"),
            Some(ScopeLine::Sentence(_))
        ));
    }
}
