//! `signet rls policy`: the policies of one table, printed or applied.

use std::fmt;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::cli::{output, values};
use crate::rls::policy::{self, Applied, ColumnType, OrgRoles, PolicyRequest, Table, Template};
use crate::rls::{self, Identifier, QualifiedName};

/// `signet rls policy`
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of its own on the command line"
)]
pub struct PolicyArguments {
    /// The table, as schema.table or as 'schema."Table"'
    #[arg(long)]
    table: QualifiedName,
    /// The column with the organization's id [default: `org_id`; none with owner-only and shared]
    #[arg(long, value_name = "COLUMN")]
    tenant_column: Option<Identifier>,
    /// The column with a person's id: whose row it is
    #[arg(long, value_name = "COLUMN")]
    owner_column: Option<Identifier>,
    /// read; write-by-role; owner-only; module:ID, by the claim `modules`; shared: nobody's rows, for every token
    #[arg(long, default_value = "read", value_parser = Template::parse)]
    template: Template,
    /// Who reads: an organization's role or a higher one; several with commas; `any` is every member
    #[arg(long, value_name = "ROLES", default_value = "viewer")]
    read_role: OrgRoles,
    /// Who inserts and updates
    #[arg(long, value_name = "ROLES", default_value = "member")]
    write_role: OrgRoles,
    /// Who deletes
    #[arg(long, value_name = "ROLES", default_value = "admin")]
    delete_role: OrgRoles,
    /// The database roles that the policies are for, with commas between them
    #[arg(long, value_name = "ROLES", value_delimiter = ',', required = true)]
    to: Vec<Identifier>,
    /// Also give these roles what the template lets them do and they may not yet: policies judge nobody else
    #[arg(long)]
    grant: bool,
    /// The schema of the kit
    #[arg(long, default_value = "auth", value_parser = Identifier::parse_schema)]
    schema: Identifier,
    /// The columns are of type uuid; with --database they are looked up
    #[arg(long, conflicts_with_all = ["database", "apply"])]
    uuid: bool,
    /// The database to look the table up in; @FILE reads the URL from a file
    #[arg(long, value_name = "URL", value_parser = values::database_url)]
    database: Option<String>,
    /// Apply the policies instead of printing them
    #[arg(long, requires = "database")]
    apply: bool,
    /// Print the statements, which is what happens without --apply
    #[arg(long, conflicts_with = "apply")]
    print: bool,
}

/// What was done.
#[derive(Debug, Serialize)]
struct PolicyReport {
    table: String,
    template: &'static str,
    applied: bool,
    sql: String,
    /// Permissive policies beside ours.
    other_policies: Vec<String>,
    /// What the roles lack to be let at the table at all.
    missing_rights: Vec<String>,
}

impl fmt::Display for PolicyReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for policy in &self.other_policies {
            writeln!(
                formatter,
                "-- {} also has the policy {policy}, and what that lets through is not kept back by these",
                self.table
            )?;
        }
        for right in &self.missing_rights {
            writeln!(formatter, "-- still missing, and given with --grant: {right};")?;
        }
        if self.applied {
            write!(formatter, "-- applied to {}:\n{}", self.table, self.sql)
        } else {
            write!(formatter, "begin;\n{}commit;", self.sql)
        }
    }
}

/// Prints or applies.
pub(super) async fn run(arguments: PolicyArguments, json: bool) -> anyhow::Result<ExitCode> {
    let (uuid, apply, database) = (arguments.uuid, arguments.apply, arguments.database.clone());
    let request = arguments.request()?;
    let done = match database {
        None => {
            let id = if uuid { ColumnType::Uuid } else { ColumnType::Text };
            let table = Table {
                tenant: id,
                owner: id,
                missing_rights: policy::all_rights(&request),
                ..Table::default()
            };
            Applied {
                sql: policy::script(&request, &table)?,
                others: Vec::new(),
                // Nobody knows of any.
                missing_rights: Vec::new(),
            }
        }
        Some(url) => {
            let mut connection = rls::open(&url).await?;
            if apply {
                policy::apply(&mut connection, &request).await?
            } else {
                let table = policy::look_up(&mut connection, &request).await?;
                let sql = policy::script(&request, &table)?;
                Applied::new(sql, table, &request)
            }
        }
    };
    let report = PolicyReport {
        table: request.table.to_string(),
        template: request.template.name(),
        applied: apply,
        sql: done.sql,
        other_policies: done.others,
        missing_rights: done.missing_rights,
    };
    output::write(&report, json)?;
    Ok(ExitCode::SUCCESS)
}

impl PolicyArguments {
    fn request(self) -> anyhow::Result<PolicyRequest> {
        let tenant_column = match (self.tenant_column, &self.template) {
            (None, Template::Read | Template::WriteByRole | Template::Module(_)) => {
                Some(Identifier::parse("org_id")?)
            }
            (named, _) => named,
        };
        Ok(PolicyRequest {
            table: self.table,
            kit: self.schema,
            template: self.template,
            tenant_column,
            owner_column: self.owner_column,
            read: self.read_role,
            write: self.write_role,
            delete: self.delete_role,
            to: self.to,
            grant: self.grant,
        })
    }
}
