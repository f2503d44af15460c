defmodule Thumbnailer.PlugTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureLog
  import Plug.Conn, only: [request: 1, request: 2, request: 3, sent_header: 2]
  import Thumbnailer.Fixtures
  import Thumbnailer.PlugRequests

  doctest Thumbnailer.Plug

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

    test "is answered whatever it accepts, and one that came through `plug :accepts` is warned of once" do
      for accept <- ["text/html", "application/json", "image/avif", "nonsense"],
          do: assert(%{status: 200} = get("/thumbs/card/photo.jpg", [], [{"accept", accept}]))

      :persistent_term.erase(Thumbnailer.Plug)
      conn = %{request("/thumbs/small/photo.jpg") | private: %{phoenix_format: "html"}}

      log =
        capture_log(fn ->
          for _time <- 1..2, do: assert(%{status: 200} = Thumbnailer.Plug.call(conn, plug()))
          # Of what is not its own it says nothing.
          Thumbnailer.Plug.call(%{conn | path_info: ["other"]}, plug())
        end)

      assert [_before, _after] = String.split(log, "it stands behind `plug :accepts`")
      assert log =~ "accept: image/*, which that answers with 406"
    end

    test "for a size with a format of its own has that, whatever the browser takes" do
      conn = get("/thumbs/card/photo.jpg", [formats: [:webp]], [{"accept", "image/webp"}])
      assert sent_header(conn, "content-type") == "image/png"
      assert sent_header(conn, "vary") == nil
    end

    test "at the same time as others for the same thumbnail makes it once", %{test: name} do
      start_instance(name, workers: 1)
      thumbs = plug(options: [on: name])

      conns =
        all_at_once(1..20, fn _ ->
          Thumbnailer.Plug.call(request("/thumbs/small/photo.jpg"), thumbs)
        end)

      assert Enum.all?(conns, &(&1.status == 200))
      {:ok, %{program: %{served: served}}} = Thumbnailer.stats(name)
      assert served < 20
      assert plug(options: [coalesce: false]).options == [coalesce: false]
    end
  end

  describe "what answers vary by" do
    for {before, then} <- [
          {"origin", "origin, accept"},
          {"Accept-Encoding, Origin", "accept-encoding, origin, accept"},
          {"accept", "accept"},
          {"*", "*"}
        ] do
      test "is added to #{inspect(before)}, which an earlier plug said" do
        conn =
          "/thumbs/small/photo.jpg"
          |> request([{"if-none-match", "*"}])
          |> Plug.Conn.put_resp_header("vary", unquote(before))
          |> Thumbnailer.Plug.call(plug(formats: [:webp]))

        assert sent_header(conn, "vary") == unquote(then)
      end
    end
  end

  test "a relative root is that of the running system" do
    folder = folder()
    File.mkdir_p!(Path.join(folder, "photos"))
    File.cp!(sample("photo.jpg"), Path.join(folder, "photos/a.jpg"))
    thumbs = plug(root: "photos", cache: "cache")
    assert {thumbs.root, thumbs.cache} == {"photos", "cache"}

    # The working folder belongs to the whole node, so this looks at the path alone.
    assert Thumbnailer.Plug.Options.folder(thumbs.root) == Path.join(File.cwd!(), "photos")
  end

  test "a plug can be a module of its own, which knows its addresses" do
    [{module, _}] =
      Code.compile_string("""
      defmodule Thumbnailer.PlugTest.Own do
        use Thumbnailer.Plug, at: "/own", root: #{inspect(root("samples/images"))}, sizes: [small: 60]
      end
      """)

    assert module.path(:small, "photo.jpg") == "/own/small/photo.jpg"
    conn = request(module.path(:small, "photo.jpg"), [{"if-none-match", "*"}])
    assert module.call(conn, module.init([])).status == 304
    assert module.module_info(:attributes)[:behaviour] == [Plug]
  end

  test "the library's own module is a plug" do
    assert Thumbnailer.Plug.module_info(:attributes)[:behaviour] == [Plug]
  end

  test "below a forward the whole path of the address may be given" do
    conn = %{
      request("/small/photo.jpg", [{"if-none-match", "*"}])
      | script_name: ["media", "thumbs"]
    }

    assert Thumbnailer.Plug.call(conn, plug(at: "/media/thumbs")).status == 304
    assert Thumbnailer.Plug.call(conn, plug(at: "")).status == 304
    assert Thumbnailer.Plug.call(conn, plug(at: "/media/other")) == conn
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

  test "no address is made that the plug would refuse" do
    for image <- [
          "",
          "/",
          "../x.jpg",
          "a/../x.jpg",
          "./x.jpg",
          "a\\x.jpg",
          "a\0.jpg",
          <<255>>,
          :photo
        ] do
      assert_raise ArgumentError, ~r/image must be the path of a file below the root/, fn ->
        Thumbnailer.Plug.path(plug(), :small, image)
      end
    end
  end

  test "an address is made of a size that the plug has" do
    assert_raise ArgumentError, ~r/size must be one of \[:small, :card\], got: :huge/, fn ->
      Thumbnailer.Plug.path(plug(), :huge, "photo.jpg")
    end
  end
end
