defmodule Thumbnailer.Plug.CacheTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureLog
  import Plug.Conn, only: [request: 2, request: 3, sent_header: 2]
  import Thumbnailer.Fixtures

  defp get(cache, on, headers \\ [], method \\ "GET") do
    plug =
      Thumbnailer.Plug.init(
        root: root("samples/images"),
        sizes: [small: {60, format: :webp}],
        cache: cache,
        options: [on: on]
      )

    Thumbnailer.Plug.call(request("/small/photo.jpg", headers, method), plug)
  end

  describe "with the real program" do
    @describetag :real

    test "a thumbnail that was made once is sent from its file, without the program" do
      cache = folder()
      assert %{status: 200, file: nil} = first = get(cache, Thumbnailer)
      assert %{status: 200, file: path} = again = get(cache, Thumbnailer.Nobody)
      assert Path.extname(path) == ".webp"
      assert again.resp_body == first.resp_body

      for name <- ["content-type", "etag", "cache-control"],
          do: assert(sent_header(again, name) == sent_header(first, name))
    end

    test "a part of a thumbnail that was made can be had" do
      cache = folder()
      %{resp_body: whole} = get(cache, Thumbnailer)
      size = byte_size(whole)
      range = fn range, more -> get(cache, Thumbnailer.Nobody, [{"range", range} | more]) end

      for {asked, {first, last}} <- [
            {"bytes=0-9", {0, 9}},
            {"bytes=10-", {10, size - 1}},
            {"bytes=-5", {size - 5, size - 1}},
            {"Bytes = 3-999999999", {3, size - 1}}
          ] do
        conn = range.(asked, [])
        assert {asked, conn.status} == {asked, 206}
        assert conn.resp_body == binary_part(whole, first, last - first + 1)
        assert sent_header(conn, "content-range") == "bytes #{first}-#{last}/#{size}"
      end

      for asked <- ["bytes=#{size}-", "bytes=-0"] do
        conn = range.(asked, [])
        assert {asked, conn.status, sent_header(conn, "etag")} == {asked, 416, nil}
        assert sent_header(conn, "content-range") == "bytes */#{size}"
      end

      for asked <- ["bytes=0-1,3-4", "pages=1-2", "bytes=5-2", "bytes=-", "bytes=x-"],
          do: assert({asked, range.(asked, []).status} == {asked, 200})

      tag = sent_header(get(cache, Thumbnailer.Nobody), "etag")
      assert %{status: 200, resp_body: ^whole} = range.("bytes=0-9", [{"if-range", tag}])

      assert %{status: 200} =
               head = get(cache, Thumbnailer.Nobody, [{"range", "bytes=0-9"}], "HEAD")

      assert sent_header(head, "accept-ranges") == "bytes"
    end

    test "two plugs with folders of their own can share the folder" do
      cache = folder()

      bodies =
        for sample <- ["photo.jpg", "grey.jpg"] do
          root = folder()

          File.write!(
            Path.join(root, "a.jpg"),
            File.read!(sample(sample)) |> String.pad_trailing(100_000, <<0>>)
          )

          File.touch!(Path.join(root, "a.jpg"), 1_000_000_000)
          plug = Thumbnailer.Plug.init(root: root, sizes: [small: 60], cache: cache)
          assert %{status: 200} = conn = Thumbnailer.Plug.call(request("/small/a.jpg", []), plug)
          conn.resp_body
        end

      assert bodies == Enum.uniq(bodies)
    end

    test "nothing but whole thumbnails is in the folder" do
      cache = folder()
      get(cache, Thumbnailer)

      assert [_one] =
               cache |> Path.join("**/*") |> Path.wildcard() |> Enum.filter(&File.regular?/1)
    end

    test "a folder that cannot be written is a warning in the log, and the thumbnail is sent" do
      file = Path.join(folder(), "file")
      File.write!(file, "")

      log = capture_log(fn -> assert %{status: 200} = get(file, Thumbnailer) end)
      assert log =~ "no thumbnail can be kept in #{file}"
    end
  end
end
