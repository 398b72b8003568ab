//! Attacks through a client's icon: DR-04 (where it is fetched) and DR-05 (what comes). Each is refused by its own
//! sentence, and nothing is stored, registered or asked further.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::{MockServer, ResponseTemplate};

use super::evidence::count;
use crate::app::TestApp;
use crate::command_line::program::Signet;
use crate::fixtures::a_client;
use crate::fixtures::icon::{answer, asked, green, green_of, green_with, has};

/// A client without an icon, and the program that would give it one.
struct Scene {
    app: TestApp,
    signet: Signet,
}

impl Scene {
    async fn new(reach: &str) -> Self {
        let app = TestApp::new().await;
        a_client("shop").create(&app).await;
        let signet = Signet::on(&app.database).with("SIGNET_CLIENTS__REACH", reach);
        Self { app, signet }
    }

    /// Asserts that neither a client that there is nor a new one gets an icon from there.
    async fn refuses(&self, address: &str, because: &str) {
        let before = self.signet.json(&["client", "show", "shop"]).await;
        let edit = ["client", "edit", "shop", "--name", "Changed", "--icon", address];
        let ran = self.signet.run(&edit).await;
        ran.assert_refused(because);
        assert!(ran.errors.contains("logo_uri: "), "{}", ran.errors);
        assert_eq!(ran.errors.lines().count(), 1, "{}", ran.errors);
        assert_eq!(self.signet.json(&["client", "show", "shop"]).await, before);
        let stored = "select count(*) from auth.client_icons";
        assert_eq!(count(&self.app, stored).await, 0, "{because}");
    }
}

/// DR-04: addresses inside the network are not asked, whatever leads there; no redirect is followed.
#[tokio::test]
async fn dr_04_no_icon_comes_from_inside() {
    let server = MockServer::start().await;
    let inside = has(&server, "/logo.png", answer(green(), "image/png")).await;
    let public = Scene::new("public").await;
    public.refuses(&inside, "the address is not a public one").await;
    let named = inside.replace("127.0.0.1", "localhost");
    public.refuses(&named, "the address is not a public one").await;
    assert_eq!(asked(&server).await, 0);
    let near = Scene::new("loopback").await;
    for address in ["https://10.0.0.1/logo.png", "https://[::ffff:169.254.169.254]/"] {
        near.refuses(address, "the address is not a public one").await;
    }
    for address in [
        "http://cdn.example.com/logo.png",
        "ftp://cdn.example.com/logo.png",
        "file:///etc/passwd",
        "https://me:word@cdn.example.com/logo.png",
        "//cdn.example.com/logo.png",
        "data:image/png;base64,AAAA",
    ] {
        near.refuses(address, "an https address").await;
    }
    let inward = ResponseTemplate::new(302).insert_header("location", inside);
    let inward = has(&server, "/away", inward).await;
    let metadata = "http://169.254.169.254/latest/meta-data/";
    let further = ResponseTemplate::new(307).insert_header("location", metadata);
    let further = has(&server, "/further", further).await;
    near.refuses(&inward, "a redirect (status 302), and none is followed")
        .await;
    near.refuses(&further, "a redirect (status 307), and none is followed")
        .await;
    assert_eq!(asked(&server).await, 2, "where it leads to was not asked");
}

/// DR-04: 20 MB, announced or without an end, and an answer that never comes.
#[tokio::test]
async fn dr_04_an_icon_is_fetched_within_bounds() {
    let scene = Scene::new("loopback").await;
    let server = MockServer::start().await;
    let large = green_with(20 * 1024 * 1024);
    let large = has(&server, "/large.png", answer(large, "image/png")).await;
    scene
        .refuses(&large, "it is larger than 256 KiB (262144 bytes)")
        .await;
    let (endless, sent) = endless().await;
    scene
        .refuses(&endless, "it is larger than 256 KiB (262144 bytes)")
        .await;
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 20 * 1024 * 1024, "{sent} bytes were taken");
    let largest = green_with(256 * 1024);
    let one_more = green_with(256 * 1024 + 1);
    let one_more = has(&server, "/more.png", answer(one_more, "image/png")).await;
    scene.refuses(&one_more, "it is larger than 256 KiB").await;
    let late = answer(green(), "image/png").set_delay(Duration::from_mins(1));
    let late = has(&server, "/late.png", late).await;
    let began = std::time::Instant::now();
    scene.refuses(&late, "no whole answer within 5 seconds").await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let largest = has(&server, "/largest.png", answer(largest, "image/png")).await;
    let taken = ["client", "edit", "shop", "--icon", &largest];
    assert_eq!(scene.signet.json(&taken).await["icon"]["bytes"], 256 * 1024);
}

/// A server whose picture has no end, and how many bytes of it went out.
async fn endless() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    tokio::spawn(async move {
        let Ok((mut stream, _)) = listener.accept().await else {
            return;
        };
        let mut request = [0; 1024];
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = [&b"4000\r\n"[..], &[0; 0x4000], b"\r\n"].concat();
        let begun = stream.read(&mut request).await.is_ok() && stream.write_all(head).await.is_ok();
        while begun && stream.write_all(&chunk).await.is_ok() {
            if counted.fetch_add(0x4000, Ordering::Relaxed) > 64 * 1024 * 1024 {
                return;
            }
        }
    });
    (format!("http://{address}/endless.png"), sent)
}

/// DR-05: what comes is told from its bytes, whatever its name and its header call it.
#[tokio::test]
async fn dr_05_an_icon_is_a_small_bitmap_whatever_it_is_called() {
    let scene = Scene::new("loopback").await;
    let svg =
        "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
    for (answer, because) in [
        (
            answer(svg, "image/svg+xml"),
            "it is an SVG, which can hold scripts",
        ),
        (answer(svg, "image/png"), "it is an SVG, which can hold scripts"),
        (answer(html, "image/png"), "it is a page (HTML)"),
        (answer("My logo", "text/plain"), "it is text, no picture"),
        (
            answer(&b"GIF89a\x01\0\x01\0\0\0\0;"[..], "image/gif"),
            "it is a GIF",
        ),
        (
            answer(&b"\0\0\x01\0\x01\0"[..], "image/x-icon"),
            "it is of no kind that is shown",
        ),
        (answer("", "image/png"), "it is empty"),
        (
            answer(&green()[..20], "image/png"),
            "it begins like a PNG and is broken",
        ),
        (
            answer(green_of(30_000, 30_000), "image/png"),
            "it has 30000 by 30000 pixels; each side may have 1 to 1024",
        ),
        (answer(green_of(0, 32), "image/png"), "it has 0 by 32 pixels"),
        (ResponseTemplate::new(404), "it answered with status 404"),
        (
            ResponseTemplate::new(206).set_body_raw(green(), "image/png"),
            "it answered with status 206",
        ),
    ] {
        let server = MockServer::start().await;
        let address = has(&server, "/logo.png", answer).await;
        scene.refuses(&address, because).await;
        assert_eq!(asked(&server).await, 1, "{because}");
    }
    let server = MockServer::start().await;
    let address = has(&server, "/logo.png", answer(svg, "image/png")).await;
    let mut create = vec![
        "client", "create", "--id", "new", "--name", "New", "--icon", &address,
    ];
    create.extend(["--redirect-uri", "https://new.example.com/cb"]);
    scene.signet.run(&create).await.assert_refused("it is an SVG");
    let show = scene.signet.run(&["client", "show", "new"]).await;
    show.assert_refused("there is no client new");
}
