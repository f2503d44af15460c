defmodule Thumbnailer.Batch.OutputNameTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.OutputName

  alias Thumbnailer.Batch.OutputName

  defp render(template, relative, size \\ "200x100"),
    do: OutputName.render!(OutputName.parse!(template), relative, size, :jpeg, ".jpg")

  test "every field has its value" do
    assert render("{dir}|{name}|{size}|{width}|{height}|{format}|{ext}", "a/b/c.d.png") ==
             "a/b|c.d|200x100|200|100|jpeg|jpg"
  end

  test "an input without a folder is not put at the root" do
    assert render("{dir}/{name}.{ext}", "c.png") == "c.jpg"
  end

  test "a name that is not UTF-8 keeps its bytes" do
    assert render("{dir}/{name}.{ext}", <<"a/", 255, ".png">>) == <<"a/", 255, ".jpg">>
  end

  test "names that would be one file are refused" do
    for {template, sizes, formats} <- [
          {"{name}.{ext}", ["1", "2"], [:jpeg]},
          {"{name}-{size}", ["1"], [:jpeg, :webp]},
          {"{name}-{width}.{ext}", ["1x2", "1x3"], [:jpeg]}
        ] do
      assert_raise ArgumentError, ~r/the same name/, fn ->
        OutputName.check!(OutputName.parse!(template), sizes, formats)
      end
    end
  end

  test "more outputs than a request may have are refused" do
    sizes = Enum.map(1..33, &to_string/1)

    assert_raise ArgumentError, ~r/64 outputs/, fn ->
      OutputName.check!(OutputName.default(sizes), sizes, [:jpeg, :webp])
    end
  end
end
