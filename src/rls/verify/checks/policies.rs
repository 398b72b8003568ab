//! Owns the checks of policies, by their texts.

use super::tables::policy_for;
use crate::rls::verify::catalog::{Command, Policy, Privilege, Role};
use crate::rls::verify::code::Code;
use crate::rls::verify::expression::{Expression, Reader, with_calls_once};
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::names::Certainty;
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject, listed, may};

/// Checks every policy of one table that judges an application role.
pub(super) fn check(scope: &Scope<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.table.secured {
        return;
    }
    for policy in &subject.table.policies {
        let judged = scope.judged_by(policy);
        if judged.is_empty() && !policy.roles.is_empty() {
            continue;
        }
        let one = One {
            scope,
            subject,
            policy,
            judged,
        };
        findings.extend(one.shape().into_iter().map(|finding| one.on(finding)));
        findings.extend(one.texts().into_iter().map(|finding| one.on(finding)));
    }
}

struct One<'a> {
    scope: &'a Scope<'a>,
    subject: &'a Subject<'a>,
    policy: &'a Policy,
    judged: Vec<&'a Role>,
}

impl One<'_> {
    fn on(&self, finding: Finding) -> Finding {
        finding.on(&self.subject.table.schema, &self.subject.table.name)
    }

    fn name(&self) -> String {
        quote::plain(&self.policy.name)
    }

    /// `alter policy name on table`
    fn alter(&self) -> String {
        format!("alter policy {} on {}", self.name(), self.subject.table.plain())
    }

    /// What a policy is for, and for whom.
    fn shape(&self) -> Vec<Finding> {
        let (policy, name) = (self.policy, self.name());
        let roles = listed(&self.judged);
        let mut found = Vec::new();
        if policy.roles.is_empty() {
            found.push(Finding::new(
                Code::PolicyToPublic,
                format!(
                    "policy {name} is for every role: it counts for the owner, and for whoever comes later"
                ),
                format!("{} to {roles};", self.alter()),
            ));
        }
        if policy.command == Command::All && policy.permissive {
            found.push(Finding::new(
                Code::PolicyForAll,
                format!("policy {name} is FOR ALL: whoever may read a row may change and delete it, and make others"),
                self.split(&roles),
            ));
        }
        if policy.command == Command::One(Privilege::Update) && policy.check.is_none() && policy.permissive {
            found.push(Finding::new(
                Code::PolicyWithoutCheck,
                format!("policy {name} has no WITH CHECK: the rule for the old row also judges the new one"),
                format!(
                    "{} with check ({});",
                    self.alter(),
                    policy.using.as_deref().unwrap_or("<condition>")
                ),
            ));
        }
        found
    }

    /// One policy per command that is granted, in place of one for all.
    fn split(&self, roles: &str) -> String {
        let table = self.subject.table;
        let mut fix = format!("drop policy {} on {};", self.name(), table.plain());
        for command in [
            Privilege::Select,
            Privilege::Insert,
            Privilege::Update,
            Privilege::Delete,
        ] {
            if self.judged.iter().any(|role| may(role, table, command)) {
                fix.push('\n');
                fix.push_str(&policy_for(self.scope, self.subject, command, roles));
            }
        }
        fix.push_str("\n-- and let only the roles write that should: and (select ");
        fix.push_str(&quote::plain(&self.scope.settings.schema));
        fix.push_str(".has_org_role('member'))");
        fix
    }

    /// What a policy says.
    fn texts(&self) -> Vec<Finding> {
        let reader = self.scope.reader(self.subject.table, self.policy);
        let expressions: Vec<Expression> = self.policy.expressions().map(Expression::parse).collect();
        let mut found = Vec::new();
        // `false` lets nothing through and need not ask.
        let closed = |text: &str| text.trim() == "false";
        let blind = self
            .policy
            .expressions()
            .zip(&expressions)
            .find(|(text, expression)| !expression.asks(&reader) && !closed(text));
        if let Some((text, _)) = blind.filter(|_| self.policy.permissive) {
            found.push(self.blind(text));
        }
        if self.policy.permissive
            && expressions
                .iter()
                .any(|expression| expression.fails_open(&reader))
        {
            found.push(Finding::new(
                Code::PolicyFailsOpen,
                format!(
                    "policy {} lets rows through because no context is set: every connection that forgets to set it \
                     sees them",
                    self.name()
                ),
                format!(
                    "drop policy {} on {};\n-- maintenance gets a role and a policy of its own",
                    self.name(),
                    self.subject.table.plain()
                ),
            ));
        }
        found.extend(self.ignored_tenant(&reader));
        if let Some(target) = expressions
            .iter()
            .find_map(|expression| expression.unsafe_cast(&reader))
        {
            found.push(self.unsafe_cast(&target));
        }
        let mut bare: Vec<String> = expressions
            .iter()
            .flat_map(|expression| expression.calls_per_row(&reader))
            .collect();
        bare.sort();
        bare.dedup();
        if !bare.is_empty() {
            found.push(Finding::new(
                Code::PolicyPerRow,
                format!("policy {} calls {} for each row", self.name(), bare.join(", ")),
                self.rewritten(|text| with_calls_once(text, &bare)),
            ));
        }
        found
    }

    /// A rule for new rows that looks at other columns only: a row can be put into any tenant.
    fn ignored_tenant(&self, reader: &Reader<'_>) -> Option<Finding> {
        let (policy, table) = (self.policy, self.subject.table);
        let tenant = self.subject.tenant?;
        let writes = [Privilege::Insert, Privilege::Update];
        let granted = writes.iter().any(|command| {
            policy.command.covers(*command) && self.judged.iter().any(|role| may(role, table, *command))
        });
        let text = policy.check.as_deref().or(policy.using.as_deref())?;
        let judged = Expression::parse(text);
        let restricted = self.scope.is_restricted(self.subject);
        let asks = judged.reads_context(reader, Certainty::Perhaps) || judged.asks(reader);
        let ignored = asks && !judged.names_column(&tenant.name, reader);
        let condition = self.scope.condition(self.subject);
        (policy.permissive && granted && ignored && !restricted).then(|| {
            Finding::new(
                Code::PolicyIgnoresTenant,
                format!(
                    "policy {} lets rows be made and changed without asking for {}: they can be put into any tenant",
                    self.name(),
                    tenant.name
                ),
                format!("{} with check ({text} and {condition});", self.alter()),
            )
        })
    }

    fn blind(&self, text: &str) -> Finding {
        let finding = Finding::new(
            Code::PolicyWithoutContext,
            format!(
                "policy {} lets rows through by `{text}`, whoever is asking, and no other permissive policy takes \
                 that back",
                self.name()
            ),
            format!(
                "drop policy {} on {};\n{}",
                self.name(),
                self.subject.table.plain(),
                policy_for(
                    self.scope,
                    self.subject,
                    match self.policy.command {
                        Command::One(command) => command,
                        Command::All => Privilege::Select,
                    },
                    &listed(&self.judged)
                )
            ),
        );
        // A table without tenants may be everybody's to read.
        if self.subject.tenant.is_none() && self.policy.command == Command::One(Privilege::Select) {
            finding.noticed()
        } else {
            finding
        }
    }

    /// The policy with its expressions changed.
    fn rewritten(&self, change: impl Fn(&str) -> String) -> String {
        let clause = |name: &str, text: &Option<String>| {
            let changed = text.as_deref().map(&change);
            changed.map_or_else(String::new, |text| format!(" {name} ({text})"))
        };
        format!(
            "{}{}{};",
            self.alter(),
            clause("using", &self.policy.using),
            clause("with check", &self.policy.check)
        )
    }

    fn unsafe_cast(&self, target: &str) -> Finding {
        let condition = self.scope.condition(self.subject);
        // Where the comparison is all that the policy says, nothing else is lost.
        let simple = |text: &str| {
            let expression = Expression::parse(text);
            !expression
                .words()
                .any(|word| word.is_one_of(&["from", "and", "or"]))
        };
        let fix = if self.subject.tenant.is_some() && self.policy.expressions().all(simple) {
            self.rewritten(|_| condition.clone())
        } else {
            format!("-- {}: in place of the cast, {condition}", self.alter())
        };
        Finding::new(
            Code::PolicyUnsafeCast,
            format!(
                "policy {} casts a claim to {target}: a malformed one makes every statement fail instead of seeing no \
                 rows",
                self.name()
            ),
            fix,
        )
    }
}
