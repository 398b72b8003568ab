//! Owns the reading of JSON objects that come from outside: a member that stands twice is refused at every depth,
//! since two readers could take different ones (RFC 8259 §4), and depth is bounded. It does not know what a member
//! means.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads one JSON object that nests at most `depth` objects or arrays, itself included.
#[must_use]
pub fn object(json: &[u8], depth: usize) -> Option<Map<String, Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = Strict { depth }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// A value in which `depth` objects or arrays may still be opened.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
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

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
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
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(inside)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_that_stand_twice_are_refused_at_any_depth() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"{"b":[{"c":[{"a":1,"b":2,"a":3}]}]}"#,
        ] {
            assert_eq!(object(json.as_bytes(), 16), None, "{json}");
        }
    }

    #[test]
    fn only_one_whole_object_is_read() {
        for json in [
            "",
            "[]",
            "null",
            "1",
            "\"a\"",
            "{",
            "{}{}",
            "{},",
            "{} x",
            "{'a':1}",
            "{\"a\":01}",
        ] {
            assert_eq!(object(json.as_bytes(), 16), None, "{json}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}", 16), None);
        assert_eq!(object(br#"{"a":"\ud800"}"#, 16), None);
        assert_eq!(object(b" {} ", 16), Some(Map::new()));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(object(br#"{"a":1}"#, 1).is_some());
        assert!(object(br#"{"a":[]}"#, 1).is_none());
        assert!(object(br#"{"a":[{}]}"#, 3).is_some());
        assert!(object(br#"{"a":[{"b":{}}]}"#, 3).is_none());
        let deep = format!("{}{}", r#"{"a":"#.repeat(8000), "}".repeat(8000));
        assert!(object(deep.as_bytes(), 1_000_000).is_none());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(members in proptest::collection::btree_map(any::<String>(), value(), 0..6)) {
            let written = Value::Object(members.into_iter().collect());
            prop_assert_eq!(object(written.to_string().as_bytes(), 16).map(Value::Object), Some(written));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<Vec<u8>>()) {
            let _ = object(&text, 16);
        }
    }
}
