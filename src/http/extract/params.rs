//! Owns how parameters are read, in the query and in a body of `application/x-www-form-urlencoded` (RFC 6749 §3.1,
//! §3.2, appendix B), once for every endpoint: an empty value counts as omitted, a repeated name is refused, only
//! `resource` (RFC 8707 §2) may repeat. It does not know what any other parameter means.

use std::collections::{BTreeMap, BTreeSet};

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::base::secret::Secret;

/// The largest query or body that is read.
pub const SIZE_LIMIT: usize = 64 * 1024;
/// How many parameters one request may carry.
pub const COUNT_LIMIT: usize = 200;
/// The one parameter that may stand more than once.
const REPEATABLE: &str = "resource";

/// The parameters of one request: each name once, no value empty.
#[derive(Clone, Default)]
pub struct Params {
    single: BTreeMap<String, Zeroizing<String>>,
    resources: Vec<String>,
}

/// Why parameters were not read. Names no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// The body is not `application/x-www-form-urlencoded`.
    #[error("the body is not application/x-www-form-urlencoded")]
    ContentType,
    /// More than [`SIZE_LIMIT`] bytes.
    #[error("the request is too large")]
    TooLarge,
    /// More than [`COUNT_LIMIT`] parameters.
    #[error("the request has too many parameters")]
    TooMany,
    /// A broken percent sequence, text that is not UTF-8, or a NUL.
    #[error("a parameter is not form-encoded UTF-8")]
    Encoding,
    /// The body broke off or came too slowly.
    #[error("the body could not be read")]
    Unreadable,
    /// A name stands more than once; what else the request said may still be needed to answer it.
    #[error("a parameter is repeated")]
    Repeated(Box<Repeated>),
}

/// A request with repeated parameters: the rest of it, and which names they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    rest: Params,
    names: BTreeSet<String>,
}

impl Repeated {
    /// The names that were repeated.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The parameters that stood once.
    #[must_use]
    pub const fn rest(&self) -> &Params {
        &self.rest
    }
}

impl Params {
    /// Reads a query or a body.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParamsError> {
        if bytes.len() > SIZE_LIMIT {
            return Err(ParamsError::TooLarge);
        }
        // Counted before anything is allocated for them.
        if bytes.split(|byte| *byte == b'&').count() > COUNT_LIMIT {
            return Err(ParamsError::TooMany);
        }
        if !has_valid_escapes(bytes) {
            return Err(ParamsError::Encoding);
        }
        let mut params = Self::default();
        let mut seen = BTreeSet::new();
        let mut repeated = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            if !is_text(&name) || !is_text(&value) {
                return Err(ParamsError::Encoding);
            }
            if name == REPEATABLE {
                if !value.is_empty() {
                    params.resources.push(value.into_owned());
                }
                continue;
            }
            if !seen.insert(name.to_string()) {
                params.single.remove(&*name);
                repeated.insert(name.into_owned());
            } else if !value.is_empty() {
                params
                    .single
                    .insert(name.into_owned(), Zeroizing::new(value.into_owned()));
            }
        }
        if repeated.is_empty() {
            Ok(params)
        } else {
            Err(ParamsError::Repeated(Box::new(Repeated {
                rest: params,
                names: repeated,
            })))
        }
    }

    /// The value of a parameter; `None` if it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if name == REPEATABLE {
            return self.resources.first().map(String::as_str);
        }
        self.single.get(name).map(|value| value.as_str())
    }

    /// Every value of a parameter: several only of `resource`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let resources = if name == REPEATABLE {
            self.resources.as_slice()
        } else {
            &[]
        };
        resources
            .iter()
            .map(String::as_str)
            .chain(self.single.get(name).map(|value| value.as_str()))
    }

    /// Whether the parameter is there.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Takes a parameter out.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.single
            .remove(name)
            .map(|mut value| std::mem::take(&mut *value))
    }

    /// Takes a parameter out that must not be shown.
    pub fn remove_secret(&mut self, name: &str) -> Option<Secret> {
        self.remove(name).map(Secret::new)
    }

    /// The names that are there, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let resource = (!self.resources.is_empty()).then_some(REPEATABLE);
        self.single.keys().map(String::as_str).chain(resource)
    }
}

/// Equality serves tests and error types; it is not constant-time.
impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.single == other.single && self.resources == other.resources
    }
}

impl Eq for Params {}

/// Names only: values may be secrets.
impl std::fmt::Debug for Params {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}

/// Decodes one form-encoded component (RFC 6749 appendix B); `None` if its escapes or its text are broken.
#[must_use]
pub fn decode_component(component: &str) -> Option<String> {
    // An ampersand ends a component, so there cannot be one inside.
    if component.contains('&') || !has_valid_escapes(component.as_bytes()) {
        return None;
    }
    let paired = format!("v={component}");
    let (_, value) = form_urlencoded::parse(paired.as_bytes()).next()?;
    is_text(&value).then(|| value.into_owned())
}

/// Whether every percent sign is followed by two hexadecimal digits; the decoder would let others pass.
fn has_valid_escapes(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'%').skip(1).all(
        |rest| matches!(rest, [first, second, ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit()),
    )
}

/// The decoder replaces what is not UTF-8, so the replacement character is the trace of it. PostgreSQL's text holds
/// no NUL.
fn is_text(text: &str) -> bool {
    !text.contains(['\u{fffd}', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(text: &str) -> Repeated {
        match Params::parse(text.as_bytes()) {
            Err(ParamsError::Repeated(repeated)) => *repeated,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_decoded_and_empty_ones_omitted() {
        let params = Params::parse(b"state=a%20b+c&code=&scope=openid&&nonce=%C3%BC").unwrap();
        assert_eq!(params.get("state"), Some("a b c"));
        assert_eq!(params.get("code"), None);
        assert_eq!(params.get("nonce"), Some("ü"));
        assert_eq!(params.names().collect::<Vec<_>>(), ["nonce", "scope", "state"]);
    }

    #[test]
    fn a_repeated_name_is_refused_known_or_not() {
        let found = repeated("client_id=a&x=1&x=2&state=s");
        assert_eq!(found.names().collect::<Vec<_>>(), ["x"]);
        assert_eq!(found.rest().get("client_id"), Some("a"));
        assert_eq!(found.rest().get("x"), None);
        for text in ["client_id=a&client_id=a", "client_id=&client_id=a"] {
            assert_eq!(repeated(text).names().collect::<Vec<_>>(), ["client_id"]);
        }
        assert!(repeated("a=1&a=2&a=3").rest().get("a").is_none());
    }

    #[test]
    fn resource_may_repeat() {
        let params = Params::parse(b"resource=https%3A%2F%2Fa&resource=&resource=https%3A%2F%2Fb").unwrap();
        assert_eq!(
            params.all("resource").collect::<Vec<_>>(),
            ["https://a", "https://b"]
        );
        assert_eq!(params.all("scope").count(), 0);
    }

    #[test]
    fn broken_encodings_are_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "%g0=a", "a=%ff", "a=%00", "a=%C3%28"] {
            assert_eq!(
                Params::parse(text.as_bytes()),
                Err(ParamsError::Encoding),
                "{text}"
            );
        }
        assert_eq!(Params::parse(b"a=\xff"), Err(ParamsError::Encoding));
    }

    #[test]
    fn size_and_count_are_bounded() {
        let large = vec![b'a'; SIZE_LIMIT + 1];
        assert_eq!(Params::parse(&large), Err(ParamsError::TooLarge));
        let many: Vec<String> = (0..=COUNT_LIMIT).map(|index| format!("p{index}=1")).collect();
        assert_eq!(
            Params::parse(many.join("&").as_bytes()),
            Err(ParamsError::TooMany)
        );
        assert!(Params::parse(many[1..].join("&").as_bytes()).is_ok());
    }

    #[test]
    fn debug_shows_no_value() {
        let params = Params::parse(b"password=hunter2").unwrap();
        assert_eq!(format!("{params:?}"), r#"["password"]"#);
    }
}
