defmodule Thumbnailer.Plug.FileServerTest do
  # One process opens nearly all files of a node. A slow disk or network folder that holds it up must not hold up what the
  # plug has made already.
  use ExUnit.Case, async: false

  import Plug.Conn, only: [request: 2, sent_header: 2]
  import Thumbnailer.Fixtures
  import Thumbnailer.PlugRequests

  @moduletag :real

  setup do
    cache = folder()
    mark = Path.join(cache, "mark.png")
    File.cp!(sample("quadrants.png"), mark)
    # Whatever happens to the test: the folder is cleared away by it.
    on_exit(fn -> :sys.resume(:file_server_2) end)
    {:ok, cache: cache, mark: mark}
  end

  defp without_file_server(call) do
    :ok = :sys.suspend(:file_server_2)
    task = Task.async(call)
    result = Task.yield(task, 10_000) || Task.shutdown(task, :brutal_kill)
    :ok = :sys.resume(:file_server_2)
    assert result, "it waited for the file server"
    elem(result, 1)
  end

  for {name, options, suffix} <- [
        {"a thumbnail that was made once", [], ".jpeg"},
        {"one in a format that the browser takes", [formats: [:webp]], ".webp"},
        {"one with an overlay", :overlay, ".jpeg"}
      ] do
    test "#{name} is served, whole, in part and as not modified, while the file server does nothing",
         context do
      options =
        if unquote(options) == :overlay,
          do: [options: [overlay: context.mark]],
          else: unquote(options)

      thumbs = plug([cache: context.cache] ++ options)

      ask = fn headers ->
        "/thumbs/small/photo.jpg"
        |> request([{"accept", "image/webp"} | headers])
        |> Thumbnailer.Plug.call(thumbs)
      end

      assert %{status: 200, file: nil} = first = ask.([])

      whole = without_file_server(fn -> ask.([]) end)
      assert {whole.status, whole.resp_body} == {200, first.resp_body}
      assert Path.extname(whole.file) == unquote(suffix)

      part = without_file_server(fn -> ask.([{"range", "bytes=0-9"}]) end)
      assert {part.status, part.resp_body} == {206, binary_part(first.resp_body, 0, 10)}

      known = {"if-none-match", sent_header(first, "etag")}
      assert %{status: 304} = without_file_server(fn -> ask.([known]) end)
    end
  end
end
