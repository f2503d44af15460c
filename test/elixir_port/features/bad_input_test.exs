defmodule Thumbnailer.Features.BadInputTest do
  # What is wrong with a source or an argument is said, and costs nobody else anything.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Error

  @moduletag :real

  setup context do
    {:ok, on: start_instance(context.test, workers: 2), folder: folder()}
  end

  for {name, source, reason} <- [
        {"a missing file", "no_such_file.jpg", :not_found},
        {"an empty file", "empty.jpg", :empty_source},
        {"text named .jpg", "not_an_image.jpg", :unsupported_format},
        {"a JPEG that is cut short", "truncated.jpg", :bad_image},
        {"a header of 50,000 x 50,000 pixels", "huge_header.png", :too_large}
      ] do
    test "#{name} is #{inspect(reason)}, and the program goes on", %{on: on, folder: folder} do
      os_pid = os_pid(on)
      to = Path.join(folder, "out.png")

      assert {:error, %Error{} = error} =
               Thumbnailer.make(sample(unquote(source)), 100, to: to, on: on, timeout: 5_000)

      assert error.reason == unquote(reason)
      assert is_binary(error.message) and error.message != ""
      assert File.ls!(folder) == []
      assert {:ok, _} = Thumbnailer.make(sample("quadrants.png"), 10, on: on)
      assert os_pid(on) == os_pid
    end
  end

  test "a folder is no file", %{on: on, folder: folder} do
    assert {:error, %Error{reason: :not_a_file, message: message}} =
             Thumbnailer.make(folder, 100, on: on)

    assert message =~ folder
  end

  test "a path that is not UTF-8 is a path", %{on: on, folder: folder} do
    path = Path.join(folder, <<"photo-", 255, ".png">>)
    assert {:error, %Error{reason: :not_found}} = Thumbnailer.make(path, 100, on: on)
    File.cp!(sample("quadrants.png"), path)
    assert {:ok, %{width: 80}} = Thumbnailer.make(path, 80, on: on)
  end

  test "no bytes are an empty source", %{on: on} do
    assert {:error, %Error{reason: :empty_source}} = Thumbnailer.make({:bytes, ""}, 100, on: on)
  end

  test "wrong arguments raise in the caller and reach nobody", %{on: on} do
    for {size, opts} <- [
          {0, []},
          {-1, []},
          {16_384, []},
          {100, [quality: 0]},
          {100, [fit: :squash]},
          {100, [sise: 1]},
          {100, [timeout: :infinity]},
          {100, [background: "white"]}
        ] do
      assert_raise ArgumentError, fn ->
        Thumbnailer.make(sample("photo.jpg"), size, [on: on] ++ opts)
      end
    end

    assert {:ok, %{served: 0, failed: failed}} = Thumbnailer.stats(on)
    assert failed == %{}
  end

  test "a source over the limits of the instance says the limit", %{test: name} do
    on = start_instance({:global, name}, max_pixels: 10_000, max_request_bytes: 2_000)

    assert {:error, %Error{reason: :too_large, details: %{limit: 10_000}}} =
             Thumbnailer.make(sample("quadrants.png"), 10, on: on)

    assert {:error, %Error{reason: :too_large, details: %{limit: 2_000}}} =
             Thumbnailer.make({:bytes, :binary.copy("x", 3_000)}, 10, on: on)
  end
end
