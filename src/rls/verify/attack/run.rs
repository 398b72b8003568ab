//! Owns the order of the attacks.

use sqlx::PgConnection;

use super::context::{Cast, RoleClaim, Tenant};
use super::function::Questions;
use super::hints::{Hint, Hints};
use super::hostile::hostile;
use super::leak;
use super::probe::Probe;
use super::session::Session;
use super::tally::Tally;
use super::value::Publicity;
use super::view;
use super::world::{Placing, World};
use crate::rls::verify::catalog::Role;
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::{Scope, Subject};
use crate::rls::verify::settings::Locking;

/// Attacks everything as every role. The connection must never have had a context. Answers how many attacks ran.
pub(in super::super) async fn run(
    scope: &Scope<'_>,
    connection: PgConnection,
    findings: &mut Findings,
) -> Result<usize, sqlx::Error> {
    let hints = Hints::of(scope);
    let cast = Cast::new(
        scope.names,
        hints.form(scope, Hint::Tenant),
        hints.form(scope, Hint::Person),
        role_claim(scope),
    );
    let mut run = AttackRun {
        scope,
        cast: &cast,
        hints: &hints,
        session: Session::new(connection),
        tally: Tally::default(),
        roles: Vec::new(),
    };
    run.session.begin().await?;
    run.find_roles(findings).await?;
    if !run.roles.is_empty() {
        run.attack_without_context(findings).await?;
        run.session.roll_back().await?;
        run.session.begin().await?;
        run.attack_with_context(findings).await?;
        run.session.roll_back().await?;
        run.session.begin().await?;
        run.attack_public_rows().await?;
    }
    run.session.roll_back().await?;
    leak::attack(scope, &run.roles, &cast, &mut run.session, findings).await?;
    run.tally.tell(scope, &hints, findings);
    let attacks = run.session.attacks;
    run.session.close().await?;
    Ok(attacks)
}

/// With the kit in the database, `role` is what a person is on the platform.
fn role_claim(scope: &Scope<'_>) -> RoleClaim {
    if scope.has_kit() {
        RoleClaim::Platform
    } else {
        RoleClaim::Database
    }
}

struct AttackRun<'a> {
    scope: &'a Scope<'a>,
    cast: &'a Cast,
    hints: &'a Hints,
    session: Session,
    tally: Tally,
    /// The roles that can be taken on.
    roles: Vec<&'a Role>,
}

impl<'a> AttackRun<'a> {
    async fn find_roles(&mut self, findings: &mut Findings) -> Result<(), sqlx::Error> {
        for role in &self.scope.roles {
            if role.is_mighty() {
                continue;
            }
            if self.session.can_become(&role.name).await? {
                self.roles.push(role);
            } else {
                let (name, verifier) = (
                    quote::plain(&role.name),
                    quote::plain(&self.scope.catalog.verifier.name),
                );
                let finding = Finding::new(
                    Code::NotChecked,
                    format!("no attack ran as {name}: {verifier} may not become it"),
                    format!("grant {name} to {verifier};"),
                );
                findings.add(finding.by(&role.name));
            }
        }
        Ok(())
    }

    /// Nobody has said anything on this connection yet.
    async fn attack_without_context(&mut self, findings: &mut Findings) -> Result<(), sqlx::Error> {
        let mut world = self.place_rows(Placing::Silent, Publicity::Private).await?;
        for subject in self.attacked() {
            for role in self.roles.clone() {
                let mut probe = self.probe(&mut world, subject, role);
                probe.read_silently().await?;
                probe.write_silently().await?;
            }
        }
        for role in self.roles.clone() {
            view::attack(self.scope, &mut self.session, role, &view::silent(), findings).await?;
        }
        Ok(())
    }

    async fn attack_with_context(&mut self, findings: &mut Findings) -> Result<(), sqlx::Error> {
        self.touch_heartbeat().await?;
        let mut questions = Questions::of(self.scope, self.cast, &self.roles, findings);
        questions.ask_before(&mut self.session).await?;
        let mut world = self.place_rows(Placing::Speaking, Publicity::Private).await?;
        for subject in self.attacked() {
            let shows = subject.table.policies.iter().any(|policy| policy.permissive);
            if let Some(why) = world.missing.get(&subject.table.oid).filter(|_| shows) {
                let what = "no rows of two organizations could be put into the table, so only rows that are there \
                            were looked for";
                self.tally.untried(subject.table, None, what, why);
            }
            for role in self.roles.clone() {
                let mut probe = self.probe(&mut world, subject, role);
                probe.read().await?;
                probe.write().await?;
                probe.promote().await?;
                probe.plan(findings).await?;
            }
        }
        for role in self.roles.clone() {
            let everybody = hostile(self.cast, &role.name);
            view::attack(self.scope, &mut self.session, role, &everybody, findings).await?;
        }
        questions
            .ask_after(&mut self.session, &world.keys(Tenant::Theirs), findings)
            .await
    }

    /// Rows that say they are public are there to be read.
    async fn attack_public_rows(&mut self) -> Result<(), sqlx::Error> {
        if !World::new(self.scope, self.cast, self.hints, Publicity::Public).has_publicity() {
            return Ok(());
        }
        let mut world = self.place_rows(Placing::Speaking, Publicity::Public).await?;
        for subject in self.attacked() {
            for role in self.roles.clone() {
                let mut probe = self.probe(&mut world, subject, role);
                probe.read_public().await?;
                probe.write_public().await?;
            }
        }
        Ok(())
    }

    /// The tables with policies: what happens to the others needs no proof.
    fn attacked(&self) -> Vec<Subject<'a>> {
        let subjects = self.scope.subjects.iter().copied();
        subjects.filter(|subject| subject.table.secured).collect()
    }

    const fn probe<'w>(
        &'w mut self,
        world: &'w mut World<'a>,
        subject: Subject<'a>,
        role: &'a Role,
    ) -> Probe<'a, 'w> {
        Probe {
            scope: self.scope,
            cast: self.cast,
            hints: self.hints,
            world,
            session: &mut self.session,
            tally: &mut self.tally,
            subject,
            role,
        }
    }

    /// Makes the rows. Where tables may be locked, FORCE is lifted meanwhile, so that the owner can make them.
    async fn place_rows(&mut self, placing: Placing, publicity: Publicity) -> Result<World<'a>, sqlx::Error> {
        let mut world = World::new(self.scope, self.cast, self.hints, publicity);
        self.touch_heartbeat().await?;
        let lifted: Vec<String> = self
            .scope
            .subjects
            .iter()
            .filter(|subject| subject.table.forced && self.scope.settings.locking == Locking::Exclusive)
            .map(|subject| subject.table.sql())
            .collect();
        let mut back = Vec::new();
        for table in lifted {
            if self
                .session
                .try_command(&format!("alter table {table} no force row level security"))
                .await?
            {
                back.push(format!("alter table {table} force row level security"));
            }
        }
        world.place(&mut self.session, &mut self.tally, placing).await?;
        for statement in back {
            self.session.command(&statement).await?;
        }
        Ok(world)
    }

    /// A copy of the cut-offs that nobody keeps current would show no rows to anybody. A heart that beats is left alone.
    async fn touch_heartbeat(&mut self) -> Result<(), sqlx::Error> {
        let schema = &self.scope.settings.schema;
        let mut tables = self.scope.catalog.tables.iter();
        let sync = tables.find(|table| {
            table.schema == *schema && table.name == "epoch_sync" && table.column("received_at").is_some()
        });
        if let Some(sync) = sync {
            let name = sync.sql();
            for statement in [
                format!(
                    "update {name} set received_at = clock_timestamp() where received_at < clock_timestamp() - \
                     interval '10 seconds'"
                ),
                format!("insert into {name} (received_at) values (clock_timestamp()) on conflict do nothing"),
            ] {
                self.session.try_command(&statement).await?;
            }
        }
        Ok(())
    }
}
