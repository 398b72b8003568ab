//! Owns pages of lists: `limit` and `cursor` in the query, `next_cursor` in the answer. A cursor is the last key of a
//! page under our tag, bound to its list and its reader: an edited, foreign or invented one is refused before any
//! statement.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::digest::Digest;
use crate::http::extract::params::Params;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;
use crate::signing::server_key::Purpose;

/// How many entries a page has unless it is asked.
pub const DEFAULT_LIMIT: u16 = 50;
/// The largest page.
pub const LARGEST_LIMIT: u16 = 200;

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// `limit` is no number from 1 to 200.
    #[error("limit: a number from 1 to 200")]
    Limit,
    /// The cursor is not one of this list.
    #[error("cursor: not one that this list gave out")]
    Cursor,
    /// A parameter that no list has.
    #[error("a list knows the parameters limit and cursor only")]
    Unknown,
}

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many entries at most.
    pub limit: u16,
    /// After which key.
    pub after: Option<String>,
}

/// Which list, of what, read by whom: what a cursor is bound to.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// Its name.
    pub name: &'static str,
    /// Of what: an organization's id, or nothing.
    pub of: &'a str,
    /// Who reads it.
    pub reader: &'a str,
}

impl List<'_> {
    fn parts<'a>(&'a self, key: &'a str) -> [&'a [u8]; 4] {
        [
            self.name.as_bytes(),
            self.of.as_bytes(),
            self.reader.as_bytes(),
            key.as_bytes(),
        ]
    }

    /// Reads what part is asked for.
    pub fn read(&self, params: &Params, keys: &KeySet) -> Result<Page, PageError> {
        if params.names().any(|name| name != "limit" && name != "cursor") {
            return Err(PageError::Unknown);
        }
        let limit = match params.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=LARGEST_LIMIT).contains(limit))
                .ok_or(PageError::Limit)?,
        };
        let after = match params.get("cursor") {
            None => None,
            Some(text) => Some(self.open(text, keys).ok_or(PageError::Cursor)?),
        };
        Ok(Page { limit, after })
    }

    /// The cursor that stands for everything after a key.
    pub fn cursor(&self, key: &str, keys: &KeySet) -> Result<String, SigningError> {
        let (number, tag) = keys.tag(Purpose::Cursor, &self.parts(key))?;
        let tag = URL_SAFE_NO_PAD.encode(tag.as_bytes());
        Ok(format!("{}.{number}.{tag}", URL_SAFE_NO_PAD.encode(key)))
    }

    fn open(&self, text: &str, keys: &KeySet) -> Option<String> {
        let mut fields = text.split('.');
        let (key, number, tag) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let key = String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
        let tag = Digest::from_bytes(&URL_SAFE_NO_PAD.decode(tag).ok()?)?;
        keys.verify_tag(Purpose::Cursor, number.parse().ok()?, &self.parts(&key), &tag)
            .then_some(key)
    }
}
