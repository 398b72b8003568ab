//! Owns putting policies onto a table: all of them or none.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::script::script;
use super::table::{Table, look_up};
use super::template::PolicyRequest;
use crate::rls::RlsError;

/// What was done.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The statements that ran.
    pub sql: String,
    /// Permissive policies of other names that are still there.
    pub others: Vec<String>,
    /// The statements that give the roles what they still lack to be judged at all.
    pub missing_rights: Vec<String>,
}

impl Applied {
    /// What a script does to the table that it was written for.
    #[must_use]
    pub fn new(sql: String, table: Table, request: &PolicyRequest) -> Self {
        Self {
            sql,
            others: table.others,
            missing_rights: if request.grant {
                Vec::new()
            } else {
                table.missing_rights
            },
        }
    }
}

/// Looks the table up and puts the policies onto it, in one transaction.
pub async fn apply(connection: &mut PgConnection, request: &PolicyRequest) -> Result<Applied, RlsError> {
    let mut transaction = connection.begin().await?;
    let table = look_up(&mut transaction, request).await?;
    let sql = script(request, &table)?;
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Applied::new(sql, table, request))
}
