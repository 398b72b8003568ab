-- owner: client: auth.oauth_applications
--
-- Where a client wants to be told of a session's end (OpenID Connect Back-Channel Logout 1.0 §2.2), as a column of its
-- own, since the statement that finds whom to tell asks for it. It follows from the document.

alter table auth.oauth_applications
    add column backchannel_logout_uri text generated always as (metadata ->> 'backchannel_logout_uri') stored;
