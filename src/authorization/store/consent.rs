//! The statements of consents.

use crate::authorization::consent::{Consent, ConsentKey, ConsentPlace, GivenConsent};
use crate::authorization::waiting::WaitingRequest;
use crate::base::id::{ClientId, OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::scope::Scope;

/// What a consent is about: one place. Empty stands for none, as the table has it.
#[derive(Clone, Copy)]
pub(in crate::authorization) struct Place<'a> {
    pub(in crate::authorization) organization: Option<&'a OrganizationId>,
    pub(in crate::authorization) resource: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn organization_id(self) -> &'a str {
        self.organization.map_or("", OrganizationId::as_str)
    }

    fn resource(self) -> &'a str {
        self.resource.unwrap_or_default()
    }
}

/// The place that a request asks for, and what its person confirmed for it. An organization is named by id or slug.
pub(in crate::authorization) async fn consented(
    work: &mut UnitOfWork,
    user_id: &UserId,
    client_id: &ClientId,
    organization: Option<&str>,
    resource: Option<&str>,
) -> Result<Consent, DatabaseError> {
    let row = sqlx::query!(
        r#"with place as materialized (
                select case when $3::text is not null
                    then auth.member_claims($1, $3, null) ->> 'org_id' end as organization_id)
           select place.organization_id, o.name as "name?", c.scopes as "scopes?"
           from place
           left join auth.organizations o on o.id = place.organization_id
           left join auth.consents c
                on c.user_id = $1
                and c.client_id = $2
                and c.organization_id = coalesce(place.organization_id, '')
                and c.resource = $4
                and c.granted_at is not null
                and ($3 is null or place.organization_id is not null)"#,
        user_id.as_str(),
        client_id.as_str(),
        organization,
        resource.unwrap_or_default(),
    )
    .fetch_one(work.connection()?)
    .await?;
    let place = match (organization, row.organization_id) {
        (None, _) => ConsentPlace::WhicheverIsActive,
        (Some(_), None) => ConsentPlace::NotJoined,
        (Some(_), Some(id)) => ConsentPlace::Organization {
            id: OrganizationId::from_text(id),
            name: row.name.unwrap_or_default(),
        },
    };
    Ok(Consent {
        place,
        confirmed: row.scopes.map(Scope::from_tokens),
    })
}

pub(in crate::authorization) async fn note_consent(
    work: &mut UnitOfWork,
    waiting: &WaitingRequest,
    user_id: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let scopes = waiting.request.to_confirm().to_vec();
    let place = Place {
        organization,
        resource: waiting.request.resource.as_deref(),
    };
    let noted = sqlx::query!(
        r#"with noted as (
                update auth.authorization_requests
                set consented_by = $3
                where digest = $1
                  and expires_at > $2
                  and answer is null
                returning digest)
           insert into auth.consents (user_id, client_id, organization_id, resource, scopes, granted_at)
           select $3, $4, $6, $7, $5, $2
           from noted
           on conflict (user_id, client_id, organization_id, resource) do update
           set scopes = array(select distinct unnest(auth.consents.scopes || excluded.scopes) order by 1),
               granted_at = excluded.granted_at"#,
        waiting.digest.as_bytes(),
        now,
        user_id.as_str(),
        waiting.client_id.as_str(),
        &scopes,
        place.organization_id(),
        place.resource(),
    )
    .execute(work.connection()?)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Withdraws the consent to a client: in one place, or in all of them. What the client got there ends too, also where
/// nobody was asked because it was first-party then.
pub(in crate::authorization) async fn withdraw_consent(
    work: &mut UnitOfWork,
    user_id: &UserId,
    client_id: &ClientId,
    only: Option<Place<'_>>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    let withdrawn = sqlx::query!(
        r#"with held as (
                select organization_id, resource
                from auth.consents
                where user_id = $1
                  and client_id = $2
                  and granted_at is not null
                union
                select coalesce(organization_id, ''), coalesce(resource, '')
                from auth.live_grants
                where user_id = $1
                  and client_id = $2
                  and live_until > $3
                union
                select coalesce(code.organization_id, ''), coalesce(code.resource, '')
                from auth.oauth_authorization_codes code
                left join auth.consents c
                    on c.user_id = code.user_id
                    and c.client_id = code.client_id
                    and c.organization_id = coalesce(code.organization_id, '')
                    and c.resource = coalesce(code.resource, '')
                where code.user_id = $1
                  and code.client_id = $2
                  and code.redeemed_at is null
                  and code.expires_at > $3
                  and (c.withdrawn_at is null or c.withdrawn_at <= code.created_at))
           insert into auth.consents (user_id, client_id, organization_id, resource, scopes, withdrawn_at)
           select $1, $2, organization_id, resource, '{}', $3
           from held
           where $4::text is null or (organization_id = $4 and resource = $5)
           on conflict (user_id, client_id, organization_id, resource) do update
           set scopes = excluded.scopes,
               granted_at = null,
               withdrawn_at = excluded.withdrawn_at"#,
        user_id.as_str(),
        client_id.as_str(),
        now,
        only.map(Place::organization_id),
        only.map(Place::resource),
    )
    .execute(work.connection()?)
    .await?;
    Ok(withdrawn.rows_affected() > 0)
}

/// A person's consents in the order of their keys; the names are those of today.
pub(in crate::authorization) async fn list_consents(
    work: &mut UnitOfWork,
    user_id: &UserId,
    after: Option<&ConsentKey>,
    limit: u16,
) -> Result<Vec<GivenConsent>, DatabaseError> {
    let (client_id, organization_id, resource) = after.map_or(("", "", ""), ConsentKey::columns);
    let rows = sqlx::query!(
        r#"select c.client_id, a.name as client_name, c.organization_id, o.name as "organization_name?", c.resource,
                c.scopes, c.granted_at as "granted_at!"
           from auth.consents c
           join auth.oauth_applications a on a.client_id = c.client_id
           left join auth.organizations o on o.id = c.organization_id
           where c.user_id = $1
             and (c.client_id, c.organization_id, c.resource) > ($2, $3, $4)
             and c.granted_at is not null
           order by c.client_id, c.organization_id, c.resource
           limit $5"#,
        user_id.as_str(),
        client_id,
        organization_id,
        resource,
        i64::from(limit),
    )
    .fetch_all(work.connection()?)
    .await?;
    let stated = |text: String| (!text.is_empty()).then_some(text);
    Ok(rows
        .into_iter()
        .map(|row| GivenConsent {
            key: ConsentKey {
                client_id: ClientId::from_text(row.client_id),
                organization_id: stated(row.organization_id).map(OrganizationId::from_text),
                resource: stated(row.resource),
            },
            client_name: row.client_name,
            organization_name: row.organization_name,
            scopes: row.scopes,
            granted_at: row.granted_at,
        })
        .collect())
}
