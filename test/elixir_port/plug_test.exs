defmodule Thumbnailer.PlugTest do
  use ExUnit.Case, async: true

  import Plug.Conn, only: [request: 1, request: 2, request: 3, sent_header: 2]
  import Thumbnailer.Fixtures

  doctest Thumbnailer.Plug

  @sizes [small: 60, card: {{40, 40}, fit: :cover, format: :png}]

  defp plug(opts \\ []) do
    Thumbnailer.Plug.init(
      [at: "/thumbs", root: root("samples/images"), sizes: @sizes]
      |> Keyword.merge(opts)
    )
  end

  defp get(address, opts \\ [], headers \\ []),
    do: address |> request(headers) |> Thumbnailer.Plug.call(plug(opts))

  describe "a request" do
    @describetag :real

    test "is answered with the thumbnail in the size that it names" do
      conn = get("/thumbs/card/photo.jpg")
      assert %{status: 200, halted: true} = conn
      assert sent_header(conn, "content-type") == "image/png"

      assert {:ok, %{width: 40, height: 40, format: :png}} =
               Thumbnailer.probe({:bytes, conn.resp_body})
    end

    test "finds images in folders and with names that need encoding" do
      folder = folder()
      File.mkdir_p!(Path.join(folder, "2026/früh"))
      File.cp!(sample("photo.jpg"), Path.join(folder, "2026/früh/my cat.jpg"))
      thumbs = plug(root: folder)
      address = Thumbnailer.Plug.path(thumbs, :small, "2026/früh/my cat.jpg")
      assert address == "/thumbs/small/2026/fr%C3%BCh/my%20cat.jpg"
      assert %{status: 200} = Thumbnailer.Plug.call(request(address), thumbs)
    end

    test "with the tag of the last answer costs no thumbnail" do
      first = get("/thumbs/small/photo.jpg")
      tag = sent_header(first, "etag")
      nowhere = [options: [on: Thumbnailer.Nobody]]

      for known <- [tag, "\"other\", #{tag}", String.trim_leading(tag, "W/"), "*"] do
        again = get("/thumbs/small/photo.jpg", nowhere, [{"if-none-match", known}])
        assert %{status: 304, resp_body: "", halted: true} = again
        assert sent_header(again, "etag") == tag
        assert sent_header(again, "cache-control") == "public, max-age=86400"
      end

      assert %{status: 200} = get("/thumbs/small/photo.jpg", [], [{"if-none-match", "\"other\""}])
    end

    test "that is a HEAD has the headers of a GET" do
      conn = "/thumbs/small/photo.jpg" |> request([], "HEAD") |> Thumbnailer.Plug.call(plug())
      assert %{status: 200} = conn
      assert sent_header(conn, "content-type") == "image/jpeg"
    end

    test "is answered in the best format that the browser takes" do
      opts = [formats: [:webp, :gif]]

      for {accept, type} <- [
            {"image/gif,image/webp,*/*;q=0.8", "image/webp"},
            {"image/webp;q=0, image/gif;q=0.5", "image/gif"},
            {"*/*", "image/jpeg"}
          ] do
        conn = get("/thumbs/small/photo.jpg", opts, [{"accept", accept}])
        assert {accept, sent_header(conn, "content-type")} == {accept, type}
        assert sent_header(conn, "vary") == "accept"
      end
    end

    test "for a size with a format of its own has that" do
      conn = get("/thumbs/card/photo.jpg", [formats: [:webp]], [{"accept", "image/webp"}])
      assert sent_header(conn, "content-type") == "image/png"
    end
  end

  test "the tag differs with the image, the size, the format and the options" do
    folder = folder()
    File.cp!(sample("photo.jpg"), Path.join(folder, "a.jpg"))
    webp = [formats: [:webp]]

    tag = fn address, opts, headers ->
      conn = get(address, [root: folder] ++ opts, [{"if-none-match", "*"} | headers])
      sent_header(conn, "etag")
    end

    before = tag.("/thumbs/small/a.jpg", [], [])
    File.touch!(Path.join(folder, "a.jpg"), 1_000_000_000)

    tags = [
      before,
      tag.("/thumbs/small/a.jpg", [], []),
      tag.("/thumbs/card/a.jpg", [], []),
      tag.("/thumbs/small/a.jpg", webp, [{"accept", "image/webp"}]),
      tag.("/thumbs/small/a.jpg", [options: [quality: 40]], [])
    ]

    assert tags == Enum.uniq(tags)
    assert Enum.at(tags, 1) == tag.("/thumbs/small/a.jpg", webp, [])
  end

  test "what is not below :at is left to the next plug" do
    for address <- ["/", "/thumb/small/photo.jpg", "/other"] do
      assert get(address) == request(address)
    end
  end

  test "without :at the first segment is the size, as below a forward" do
    conn = get("/small/photo.jpg", [at: ""], [{"if-none-match", "*"}])
    assert conn.status == 304
  end

  test "what is not there is not found, whatever way it is asked for" do
    for address <- [
          "/thumbs",
          "/thumbs/small",
          "/thumbs/huge/photo.jpg",
          "/thumbs/small/missing.jpg",
          "/thumbs/small/../images/photo.jpg",
          "/thumbs/small/%2e%2e/images/photo.jpg",
          "/thumbs/small/..%2Fimages%2Fphoto.jpg",
          "/thumbs/small/..%5Cphoto.jpg",
          "/thumbs/small/photo.jpg%00",
          "/thumbs/small/."
        ] do
      conn = get(address)
      assert {address, conn.status, conn.halted} == {address, 404, true}
      assert sent_header(conn, "cache-control") == "no-store"
      assert sent_header(conn, "etag") == nil
    end
  end

  test "a path that is no UTF-8 is a bad request" do
    assert %{status: 400} = get("/thumbs/small/%ff.jpg")
  end

  test "another method is refused with those that are accepted" do
    conn = "/thumbs/small/photo.jpg" |> request([], "POST") |> Thumbnailer.Plug.call(plug())
    assert conn.status == 405
    assert sent_header(conn, "allow") == "GET, HEAD"
  end

  @tag :real
  test "a file that is no image is an unsupported type, and its answer is not kept" do
    conn = get("/thumbs/small/not_an_image.jpg")
    assert %{status: 415, resp_body: "unsupported_format\n"} = conn
    assert sent_header(conn, "cache-control") == "no-store"
    assert sent_header(conn, "etag") == nil
  end

  test "a program that is away is a service that is unavailable, to be asked again" do
    conn =
      get("/thumbs/small/photo.jpg",
        options: [on: start_fake(:plug_away, "never_hello", start_timeout: 20), timeout: 200]
      )

    assert conn.status in [503, 504]
    if conn.status == 503, do: assert(sent_header(conn, "retry-after") == "1")
  end

  test "an address is made of a size that the plug has" do
    assert_raise ArgumentError, ~r/size must be one of \[:small, :card\], got: :huge/, fn ->
      Thumbnailer.Plug.path(plug(), :huge, "photo.jpg")
    end
  end
end
