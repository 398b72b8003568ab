//! Owns the statements on `auth.client_icons`.

use crate::base::clock::Timestamp;
use crate::base::digest::{self, Digest};
use crate::base::id::ClientId;
use crate::client::icon::{FetchedIcon, KeptIcon, PictureKind, ServedIcon};
use crate::db::{DatabaseError, PgConnection};

/// Writes a client's icon, if its address is the client's `logo_uri`.
pub(in crate::client) async fn keep_icon(
    connection: &mut PgConnection,
    client_id: &ClientId,
    icon: &FetchedIcon,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let picture = icon.picture();
    sqlx::query!(
        "insert into auth.client_icons (
             client_id, source, digest, media_type, width, height, bytes, fetched_at)
         select a.client_id, a.icon, $3, $4, $5, $6, $7, $8
         from auth.oauth_applications a
         where a.client_id = $1
           and a.icon = $2
         on conflict (client_id) do update
         set source = excluded.source,
             digest = excluded.digest,
             media_type = excluded.media_type,
             width = excluded.width,
             height = excluded.height,
             bytes = excluded.bytes,
             fetched_at = excluded.fetched_at",
        client_id.as_str(),
        icon.address(),
        &digest::plain_sha256(picture.bytes()),
        picture.kind().media_type(),
        i32::from(picture.width()),
        i32::from(picture.height()),
        picture.bytes(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes a client's icon unless its address is the client's `logo_uri`.
pub(in crate::client) async fn delete_other_icon(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from auth.client_icons i
         using auth.oauth_applications a
         where i.client_id = $1
           and a.client_id = i.client_id
           and a.icon is distinct from i.source",
        client_id.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What is known of a client's icon.
pub(in crate::client) async fn find_icon(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<Option<KeptIcon>, DatabaseError> {
    let row = sqlx::query!(
        r#"select i.source, i.media_type, i.width, i.height, length(i.bytes) as "size!", i.fetched_at
           from auth.client_icons i
           join auth.oauth_applications a on a.client_id = i.client_id and a.icon = i.source
           where i.client_id = $1"#,
        client_id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(KeptIcon {
            kind: kind(&row.media_type)?,
            source: row.source,
            width: row.width,
            height: row.height,
            size: row.size,
            fetched_at: row.fetched_at,
        })
    })
    .transpose()
}

/// The picture of a digest, while a client is registered with it; without its bytes where they are at hand.
pub(in crate::client) async fn serve_icon(
    connection: &mut PgConnection,
    digest: &Digest,
    at_hand: bool,
) -> Result<Option<ServedIcon>, DatabaseError> {
    let row = sqlx::query!(
        "select i.media_type, case when $2 then '' else i.bytes end as \"bytes!\"
         from auth.client_icons i
         join auth.oauth_applications a on a.client_id = i.client_id and a.icon = i.source
         where i.digest = $1
         limit 1",
        digest.as_bytes(),
        at_hand,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(ServedIcon {
            kind: kind(&row.media_type)?,
            bytes: row.bytes,
        })
    })
    .transpose()
}

fn kind(media_type: &str) -> Result<PictureKind, DatabaseError> {
    PictureKind::parse(media_type).ok_or(DatabaseError::Inconsistent {
        table: "auth.client_icons",
        problem: "a kind of picture that is not served",
    })
}
