defmodule Thumbnailer.Plug.CacheTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureLog
  import Plug.Conn, only: [request: 1, sent_header: 2]
  import Thumbnailer.Fixtures

  defp get(cache, on) do
    plug =
      Thumbnailer.Plug.init(
        root: root("samples/images"),
        sizes: [small: {60, format: :webp}],
        cache: cache,
        options: [on: on]
      )

    Thumbnailer.Plug.call(request("/small/photo.jpg"), plug)
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
