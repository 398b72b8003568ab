//! Owns how a client's metadata is asked for and changed: a merge patch (RFC 7396) on a document. Registration,
//! `client edit`, and whatever API changes clients use it, so that a field has one way in.

use serde_json::{Map, Value};

use super::document::{ClientMetadata, LARGEST};
use super::error::MetadataError;
use super::values::ClientType;

/// What to change of a document: each field that is named gets the value, null takes it away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change(Map<String, Value>);

impl Change {
    /// A change of the named fields. Names that there are not, and documents larger than any client needs, are refused.
    pub fn new(fields: Map<String, Value>) -> Result<Self, MetadataError> {
        let known = ClientMetadata::new("", ClientType::Web).every_field();
        if let Some(field) = fields.keys().find(|field| !known.contains_key(*field)) {
            return Err(MetadataError::UnknownField {
                field: field.clone(),
                known: known.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            });
        }
        if Value::Object(fields.clone()).to_string().len() > LARGEST {
            return Err(MetadataError::TooLarge);
        }
        Ok(Self(fields))
    }

    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields that are named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether the field is to go, so that its default holds again.
    #[must_use]
    pub fn takes_away(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(Value::is_null)
    }

    /// Names more fields; what both name gets the later value.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }

    /// A new client's metadata: the defaults of its type with the change.
    pub fn create(self) -> Result<ClientMetadata, MetadataError> {
        let client_type = match self.0.get("type") {
            None => ClientType::default(),
            Some(named) => {
                let only_type = Map::from_iter([
                    ("client_name".to_owned(), "".into()),
                    ("type".to_owned(), named.clone()),
                ]);
                ClientMetadata::read(only_type)?.client_type
            }
        };
        self.apply_to(&ClientMetadata::new("", client_type))
    }

    /// What a document is after the change.
    pub fn apply_to(self, metadata: &ClientMetadata) -> Result<ClientMetadata, MetadataError> {
        let mut document = metadata.document();
        for (field, value) in self.0 {
            if value.is_null() {
                document.remove(&field);
            } else {
                document.insert(field, value);
            }
        }
        ClientMetadata::read(document)
    }
}
