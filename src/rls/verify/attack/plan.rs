//! Owns the reading of plans: a claim is read once for a statement, not once for a row.

use serde_json::Value;

use super::context::{Part, Tenant};
use super::probe::Probe;
use crate::rls::verify::catalog::Privilege;
use crate::rls::verify::code::Code;
use crate::rls::verify::expression::{Expression, Reader};
use crate::rls::verify::finding::Findings;

impl Probe<'_, '_> {
    /// Looks at the plan of reading the table, unless its policies' texts have told the same already.
    pub(super) async fn plan(&mut self, findings: &Findings) -> Result<(), sqlx::Error> {
        let table = self.subject.table;
        if !self.may(Privilege::Select) || findings.has(Code::PolicyPerRow, &table.schema, &table.name) {
            return Ok(());
        }
        let owner = self.member(Tenant::Ours, Part::Owner);
        let statement = format!("explain (format json, costs off) select 1 from {}", table.sql());
        let plan = self.session.text(&self.role.name, &owner, &statement).await?;
        let Some(plan) = plan.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
            return Ok(());
        };
        let mut filters = Vec::new();
        collect(&plan, &mut filters);
        for filter in filters {
            let expression = Expression::parse(&filter);
            let calls = expression.calls_per_row(&Reader::anywhere(self.scope.names));
            if !calls.is_empty() {
                self.note(Code::PlanPerRow, format!("its filter calls {}", calls.join(", ")));
            } else if looks_up_each(&filter) {
                self.note(Code::PlanPerRow, "its filter looks other rows up, one by one");
            }
        }
        Ok(())
    }
}

/// A sub-select that is not read once and kept.
fn looks_up_each(filter: &str) -> bool {
    filter.match_indices("SubPlan ").any(|(at, _)| {
        let before = filter.get(..at).unwrap_or_default();
        !before.ends_with("hashed ") && !before.ends_with("alternatives: ")
    })
}

fn collect(plan: &Value, filters: &mut Vec<String>) {
    match plan {
        Value::Object(members) => {
            // What an InitPlan does, it does once.
            if members.get("Parent Relationship").and_then(Value::as_str) == Some("InitPlan") {
                return;
            }
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("Filter" | "Join Filter", Value::String(filter)) => filters.push(filter.clone()),
                    _ => collect(value, filters),
                }
            }
        }
        Value::Array(members) => members.iter().for_each(|member| collect(member, filters)),
        _ => {}
    }
}
