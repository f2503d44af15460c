defmodule Thumbnailer.Plug.ContentTypeTest do
  # What a browser takes an answer for is what the plug says, and never a page.
  use ExUnit.Case, async: true

  import Plug.Conn, only: [request: 3, sent_header: 2]
  import Thumbnailer.Fixtures
  import Thumbnailer.PlugRequests

  test "a program that calls a page with a script a thumbnail is not believed, and nothing of it is kept",
       %{test: name} do
    cache = folder()
    opts = [cache: cache, options: [on: start_fake(name, "makes_scripts")]]

    for _time <- 1..2 do
      conn = get("/thumbs/small/photo.jpg", opts)
      assert {conn.status, conn.resp_body} == {500, "bad_reply\n"}
      assert sent_header(conn, "content-type") == "text/plain; charset=utf-8"
      assert sent_header(conn, "cache-control") == "no-store"
    end

    assert File.ls!(cache) == []
  end

  @tag :real
  test "no answer may be taken for something else than it says" do
    cached = [cache: folder()]
    away = [options: [on: Thumbnailer.Nobody]]
    photo = "/thumbs/small/photo.jpg"

    for {status, conn} <- [
          {200, get(photo, cached)},
          # now from its file
          {200, get(photo, cached)},
          {206, get(photo, cached, [{"range", "bytes=0-9"}])},
          {416, get(photo, cached, [{"range", "bytes=999999999-"}])},
          {304, get(photo, [], [{"if-none-match", "*"}])},
          {400, get("/thumbs/small/%ff.jpg")},
          {403, get(photo, secret: String.duplicate("s", 32))},
          {404, get("/thumbs/small/missing.jpg")},
          {405, photo |> request([], "POST") |> Thumbnailer.Plug.call(plug())},
          {415, get("/thumbs/small/not_an_image.jpg")},
          {503, get(photo, away)}
        ] do
      assert {conn.status, sent_header(conn, "x-content-type-options")} == {status, "nosniff"}
    end
  end
end
