defmodule Thumbnailer.Options.Colour do
  @moduledoc false
  # Converts colours from the callers' forms to the form on the wire, `#rrggbbaa`.

  @typedoc "A colour in sRGB. Alpha goes from 0, transparent, to 255, opaque."
  @type t :: String.t() | {byte, byte, byte} | {byte, byte, byte, byte}

  @doc false
  @spec accepts() :: String.t()
  def accepts,
    do: ~s("#rgb", "#rrggbb", "#rrggbbaa", {r, g, b} or {r, g, b, a} with 0 to 255 each)

  @doc """
  The colour as `#rrggbbaa`, or `:error`.

      iex> Thumbnailer.Options.Colour.cast("#f80")
      {:ok, "#ff8800ff"}

      iex> Thumbnailer.Options.Colour.cast({255, 136, 0, 128})
      {:ok, "#ff880080"}

      iex> Thumbnailer.Options.Colour.cast("orange")
      :error
  """
  @spec cast(term) :: {:ok, String.t()} | :error
  def cast(<<"#", r::binary-1, g::binary-1, b::binary-1>>), do: hex(r <> r <> g <> g <> b <> b)
  def cast(<<"#", rgb::binary-6>>), do: hex(rgb)
  def cast(<<"#", rgba::binary-8>>), do: hex(rgba)
  def cast({r, g, b}), do: cast({r, g, b, 255})

  def cast({r, g, b, a} = rgba)
      when r in 0..255 and g in 0..255 and b in 0..255 and a in 0..255,
      do: rgba |> Tuple.to_list() |> :binary.list_to_bin() |> encode()

  def cast(_other), do: :error

  defp hex(digits) do
    case Base.decode16(digits, case: :mixed) do
      {:ok, bytes} -> encode(bytes)
      :error -> :error
    end
  end

  defp encode(<<rgb::binary-3>>), do: encode(rgb <> <<255>>)
  defp encode(<<rgba::binary-4>>), do: {:ok, "#" <> Base.encode16(rgba, case: :lower)}
end
