defmodule Thumbnailer.Options.TypeTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Options
  alias Thumbnailer.Options.{Definition, Flag, Type}

  defp row(name), do: Definition.find!(name, Options.table())
  defp cast(name, value), do: Type.cast(row(name), value)
  defp parse(name, text), do: Flag.parse(row(name), text)

  @accepted [
    dpr: [0.1, 2, 10],
    trim: [true, false, 1, 25.5],
    focus: [{0, 1}, {0.5, 0.25}],
    region: [{0, 0, 10, 10}, {0.5, 0, 0.5, 1}],
    padding: [0, 5, {1, 2}, {1, 2, 3, 4}],
    rotate: [:auto, 0, 90],
    round: [:circle, 1],
    quality: [1, 100, {:ssim, 0.98}, {:ssim, 1}]
  ]

  @refused [
    dpr: [0, 11, "2", nil],
    trim: [0, 256, "10"],
    focus: [{0, 1.1}, {-0.1, 0}, {0}, 0.5, [0, 1]],
    region: [{0, 0, 0, 10}, {0.5, 0, 0.5, 2}, {-1, 0, 1, 1}, {0, 0, 10}, "all"],
    padding: [-1, {1, 2, 3}, {1, -1}, 1.5, [1, 2]],
    rotate: [45, "90", :left],
    round: [0, :square, 1.5],
    quality: [0, 101, {:ssim, 0.4}, {:psnr, 0.9}, 50.0],
    overlay: [{:file, "a"}, 1, ["a"]]
  ]

  for {name, values} <- @accepted, value <- values do
    test "#{name} may be #{inspect(value)}" do
      value = unquote(Macro.escape(value))
      assert cast(unquote(name), value) == {:ok, value}
    end
  end

  for {name, values} <- @refused, value <- values do
    test "#{name} may not be #{inspect(value)}" do
      assert cast(unquote(name), unquote(Macro.escape(value))) == :error
    end
  end

  for {name, given, value} <- [
        {:gravity, :center, :centre},
        {:crop, :center, :centre},
        {:overlay_gravity, :center, :centre},
        {:placeholder, :colour, :color}
      ] do
    test "#{name} may be spelled #{inspect(given)}, which goes on the wire as #{inspect(value)}" do
      assert cast(unquote(name), unquote(given)) == {:ok, unquote(value)}
      assert parse(unquote(name), unquote(to_string(given))) == {:ok, unquote(value)}

      assert Type.accepts(row(unquote(name))) =~
               "#{inspect(unquote(value))} (or #{inspect(unquote(given))})"
    end
  end

  test "an overlay is a source as any other" do
    assert cast(:overlay, "a/../b.png") == {:ok, {:path, Path.expand("b.png")}}
    assert cast(:overlay, {:bytes, ["a", "b"]}) == {:ok, {:bytes, "ab"}}
  end

  test "every type says what it accepts" do
    for option <- Options.table(), do: assert(Type.accepts(option) =~ ~r/\w/)
  end
end
