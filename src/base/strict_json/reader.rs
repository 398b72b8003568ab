//! Owns the reading of JSON objects that come from outside: a member that stands twice is refused at every depth,
//! since two readers could take different ones (RFC 8259 §4), and depth and number of values are bounded while
//! reading. Numbers that would be read as another number are refused (RFC 7493 §2.2). It does not know what a member
//! means.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Integers from here on no longer fit a `u64`, and are read as the nearest binary fraction.
const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;

/// How much one text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most objects and arrays inside each other, the outermost included.
    pub depth: usize,
    /// The most values, at whatever depth: members of objects and elements of arrays.
    pub values: usize,
}

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StrictJsonError {
    /// It is not JSON, or not UTF-8, or goes on after its end.
    #[error("not JSON")]
    Syntax,
    /// It is JSON, but not an object.
    #[error("not an object")]
    NotAnObject,
    /// A member stands twice.
    #[error("a member stands twice")]
    Repeated,
    /// It nests more deeply than [`Limits::depth`].
    #[error("nested too deeply")]
    TooDeep,
    /// It has more values than [`Limits::values`].
    #[error("too many values")]
    TooMany,
    /// A number is too large to be kept as it is.
    #[error("a number is too large")]
    Number,
}

/// Reads one JSON object that nests at most `depth` objects or arrays, itself included.
#[must_use]
pub fn object(json: &[u8], depth: usize) -> Option<Map<String, Value>> {
    let values = usize::MAX;
    read(json, Limits { depth, values }).ok()
}

/// Reads one JSON object, and says why not.
pub fn read(json: &[u8], limits: Limits) -> Result<Map<String, Value>, StrictJsonError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let state = State {
        values: Cell::new(limits.values),
        fault: Cell::new(StrictJsonError::Syntax),
    };
    let strict = Strict {
        depth: limits.depth,
        state: &state,
    };
    let value = strict
        .deserialize(&mut deserializer)
        .map_err(|_| state.fault.get())?;
    deserializer.end().map_err(|_| StrictJsonError::Syntax)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(StrictJsonError::NotAnObject),
    }
}

/// What is left of the limits, and which of them was broken; a reader's own errors are only texts.
struct State {
    values: Cell<usize>,
    fault: Cell<StrictJsonError>,
}

/// A value in which `depth` objects or arrays may still be opened.
#[derive(Clone, Copy)]
struct Strict<'s> {
    depth: usize,
    state: &'s State,
}

impl Strict<'_> {
    fn refuse<E: Error>(self, fault: StrictJsonError) -> E {
        self.state.fault.set(fault);
        E::custom(fault)
    }

    fn inside<E: Error>(self) -> Result<Self, E> {
        let depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| self.refuse(StrictJsonError::TooDeep))?;
        Ok(Self { depth, ..self })
    }

    fn count<E: Error>(self) -> Result<(), E> {
        let left = self
            .state
            .values
            .get()
            .checked_sub(1)
            .ok_or_else(|| self.refuse(StrictJsonError::TooMany))?;
        self.state.values.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() < TOO_LARGE {
            Ok(value.into())
        } else {
            Err(self.refuse(StrictJsonError::Number))
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(inside)? {
            self.count()?;
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            self.count()?;
            let value = access.next_value_seed(inside)?;
            if members.insert(name, value).is_some() {
                return Err(self.refuse(StrictJsonError::Repeated));
            }
        }
        Ok(Value::Object(members))
    }
}
