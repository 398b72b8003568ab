//! Owns the `typ` header of access tokens, as a resource may have it.

/// The `typ` of an access token's header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenType {
    /// RFC 9068 §2.1: nobody takes such a token for another kind.
    #[default]
    AtJwt,
    /// For resource servers whose library takes no other.
    Jwt,
}

impl TokenType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::AtJwt, Self::Jwt];

    /// The header's value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtJwt => "at+jwt",
            Self::Jwt => "JWT",
        }
    }

    /// The type of a header's value, as it is registered.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token_type| token_type.name() == name)
    }
}
