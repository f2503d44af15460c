defmodule Thumbnailer.Plug.StepTest do
  use ExUnit.Case, async: true

  import Plug.Conn, only: [request: 2, sent_header: 2]
  import Thumbnailer.Fixtures

  alias Thumbnailer.Steps

  @moduletag :real
  @moduletag :steps

  setup %{test: name} do
    cache = folder()

    thumbs =
      Thumbnailer.Plug.init(
        root: root("samples/images"),
        sizes: [plain: 60, toned: {60, step: {:duotone, strength: 0.5}}],
        cache: cache,
        options: [on: name]
      )

    start_instance(name, workers: 1, steps: [duotone: step("duotone")])
    {:ok, on: name, thumbs: thumbs, cache: cache}
  end

  defp get(thumbs, size), do: Thumbnailer.Plug.call(request("/#{size}/photo.jpg", []), thumbs)

  test "a size has steps, and is set up before its instance runs", %{thumbs: thumbs} do
    plain = get(thumbs, :plain)
    toned = get(thumbs, :toned)
    assert {plain.status, toned.status} == {200, 200}
    assert plain.resp_body != toned.resp_body
  end

  test "another module has another tag, and its thumbnail is not that of the cache", context do
    first = get(context.thumbs, :toned)
    assert get(context.thumbs, :toned).file != nil

    assert {:ok, _step} = Steps.add(context.on, :duotone, {:bytes, changed_step("duotone")})
    second = get(context.thumbs, :toned)
    assert sent_header(second, "etag") != sent_header(first, "etag")
    assert second.file == nil
    assert length(Path.wildcard(context.cache <> "/*/*.jpeg")) == 2
  end

  test "a step that is no step is refused where the sizes are written" do
    assert_raise ArgumentError, ~r/size :toned: option :step must be the name of a step/, fn ->
      Thumbnailer.Plug.init(root: "images", sizes: [toned: {60, step: "Duo tone"}])
    end
  end
end
