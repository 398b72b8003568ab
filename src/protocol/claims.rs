//! Owns claim names: which are locked against every hook, and which standard claims each scope names
//! (OpenID Connect Core §5.1, §5.4).

use super::claim_name::folded;

/// The membership epoch: `user.organization.membership`.
pub const EPOCH: &str = "mv";

/// Claims that the protocol decides; no hook sets or changes one, in any spelling.
pub const LOCKED: [&str; 24] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "sid",
    "grant_id",
    "client_id",
    "azp",
    "scope",
    "cnf",
    "act",
    "may_act",
    "auth_time",
    "acr",
    "amr",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "events",
    EPOCH,
];

/// Whether a name is locked, in whatever spelling; `typ` is a header, but nothing may imitate it either.
#[must_use]
pub fn is_locked(name: &str) -> bool {
    let name = folded(name);
    name == "typ" || LOCKED.contains(&name.as_str())
}

/// Where a claim can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// The access token, and introspection, which reports the token itself.
    AccessToken,
    /// The ID token of a client that has claims there (all but those of `lean_id_token`).
    IdToken,
    /// The userinfo answer.
    Userinfo,
}

impl Output {
    /// Every output.
    pub const ALL: [Self; 3] = [Self::AccessToken, Self::IdToken, Self::Userinfo];

    /// The name that is stored, and that a hook's event has as `token_use`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::IdToken => "id_token",
            Self::Userinfo => "userinfo",
        }
    }

    /// The output of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.name() == name)
    }
}

/// The standard claims that a scope asks for (OpenID Connect Core §5.4).
#[must_use]
pub fn of_scope<'a>(scope: &str) -> &'a [&'a str] {
    match scope {
        "profile" => &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// The scope that carries a standard claim; a language tag (§5.2) makes no other claim of it.
#[must_use]
pub fn scope_of(claim: &str) -> Option<&'static str> {
    let claim = claim.split('#').next().unwrap_or_default();
    ["profile", "email", "address", "phone"]
        .into_iter()
        .find(|scope| of_scope(scope).contains(&claim))
}
