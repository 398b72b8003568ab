//! Owns how two sets of claims differ, for the eyes of operators: previews, shadows and replays. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What is in the second set and not, or otherwise, in the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PreviewDifference)]
pub struct Difference {
    /// Claims that only the second set has.
    pub added: Map<String, Value>,
    /// Claims that both have, with different values.
    pub changed: BTreeMap<String, Change>,
    /// Claims that only the first set has.
    pub removed: Map<String, Value>,
}

/// Two values of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PreviewChange)]
pub struct Change {
    /// In the first set.
    pub from: Value,
    /// In the second set.
    pub to: Value,
}

impl Difference {
    /// Compares two sets.
    #[must_use]
    pub fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Self {
        let lacks = |set: &Map<String, Value>, (name, value): (&String, &Value)| {
            (!set.contains_key(name)).then(|| (name.clone(), value.clone()))
        };
        let changed = before.iter().filter_map(|(name, from)| {
            let to = after.get(name).filter(|to| *to != from)?;
            let change = Change {
                from: from.clone(),
                to: to.clone(),
            };
            Some((name.clone(), change))
        });
        Self {
            added: after.iter().filter_map(|claim| lacks(before, claim)).collect(),
            changed: changed.collect(),
            removed: before.iter().filter_map(|claim| lacks(after, claim)).collect(),
        }
    }

    /// Whether both sets say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// One line for each claim, as people read differences.
impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.added {
            writeln!(formatter, "  + {name} = {value}")?;
        }
        for (name, Change { from, to }) in &self.changed {
            writeln!(formatter, "  ~ {name} = {to}  (was {from})")?;
        }
        for (name, value) in &self.removed {
            writeln!(formatter, "  - {name}  (was {value})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn set(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn each_claim_stands_where_it_belongs() {
        let before = set(&json!({"same": 1, "other": [1], "gone": null}));
        let after = set(&json!({"same": 1, "other": [2], "new": {}}));
        let difference = Difference::between(&before, &after);
        assert_eq!(
            difference.to_string(),
            "  + new = {}\n  ~ other = [2]  (was [1])\n  - gone  (was null)\n"
        );
        assert!(!difference.is_empty());
    }

    proptest! {
        /// Nothing differs from itself, and a difference is the way from one set to the other.
        #[test]
        fn a_difference_leads_from_one_set_to_the_other(
            before in proptest::collection::btree_map("[a-e]", any::<u8>(), 0..6),
            after in proptest::collection::btree_map("[a-e]", any::<u8>(), 0..6),
        ) {
            let (before, after) = (set(&json!(before)), set(&json!(after)));
            prop_assert!(Difference::between(&before, &before).is_empty());
            let difference = Difference::between(&before, &after);
            let mut walked = before;
            walked.retain(|name, _| !difference.removed.contains_key(name));
            walked.extend(difference.added);
            walked.extend(difference.changed.into_iter().map(|(name, change)| (name, change.to)));
            prop_assert_eq!(walked, after);
        }
    }
}
