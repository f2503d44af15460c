defmodule Bench.Plot do
  @moduledoc "Bars of images a second as SVG, a panel for each case, side by side."

  @bar 22
  @left 215
  @panel 330
  @top 66
  @width 2 * @panel + @left + 20

  @doc """
  An SVG of `panels`, a list of `{title, [{implementation, images_per_second, note}]}` whose implementations are the same in the same
  order.
  """
  def svg(title, panels) do
    [{_title, first} | _] = panels
    height = @top + length(first) * @bar + 16

    IO.iodata_to_binary([
      ~s(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 #{@width} #{height}" width="#{@width}" height="#{height}" ),
      ~s(font-family="sans-serif" font-size="12">\n),
      ~s(<rect width="#{@width}" height="#{height}" fill="white"/>\n),
      text(10, 22, title, ~s(font-size="15" font-weight="bold")),
      for({{name, _value, _note}, row} <- Enum.with_index(first), do: label(name, row)),
      for({panel, place} <- Enum.with_index(panels), do: panel(panel, @left + place * @panel)),
      "</svg>\n"
    ])
  end

  defp label(name, row),
    do: text(@left - 10, baseline(row), name, ~s(text-anchor="end"#{weight(name)}))

  defp panel({title, bars}, x) do
    largest = bars |> Enum.map(fn {_name, value, _note} -> value || 0 end) |> Enum.max()
    scale = (@panel - 115) / largest

    [
      text(x, @top - 12, title, ~s(font-weight="bold")),
      for({bar, row} <- Enum.with_index(bars), do: bar(bar, row, x, scale))
    ]
  end

  defp bar({_name, nil, note}, row, x, _scale),
    do: text(x + 4, baseline(row), note, ~s(fill="#777"))

  defp bar({name, value, note}, row, x, scale) do
    width = Float.round(value * scale, 1)

    [
      ~s(<rect x="#{x}" y="#{@top + row * @bar + 3}" width="#{width}" height="#{@bar - 6}" fill="#{colour(name)}"/>\n),
      text(x + width + 5, baseline(row), [:erlang.float_to_binary(value, decimals: 1), note], "")
    ]
  end

  defp baseline(row), do: @top + row * @bar + 16
  defp colour("ours" <> _), do: "#2f6f4f"
  defp colour(_name), do: "#9aa5b1"
  defp weight("ours" <> _), do: ~s( font-weight="bold")
  defp weight(_name), do: ""

  defp text(x, y, words, attributes),
    do: ~s(<text x="#{x}" y="#{y}" #{attributes}>#{escape(words)}</text>\n)

  defp escape(words) do
    words
    |> IO.iodata_to_binary()
    |> String.replace("&", "&amp;")
    |> String.replace("<", "&lt;")
    |> String.replace(">", "&gt;")
  end
end
