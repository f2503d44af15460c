defmodule Thumbnailer.Size do
  @moduledoc """
  The box for a thumbnail, in pixels.

      iex> Thumbnailer.Size.parse!(200)
      %{width: 200, height: 200}

      iex> Thumbnailer.Size.parse!({200, 100})
      %{width: 200, height: 100}

      iex> Thumbnailer.Size.parse!("200x")
      %{width: 200}
  """

  @max 16_383

  @typedoc """
  `200` and `"200"` are a square box: with `fit: :inside` the longest side is at most 200. `{200, 100}` and `"200x100"` are a
  box. `"200x"` and `"x100"` (also `{200, nil}` and `{nil, 100}`) set one side; the other follows from the shape of the image.
  Sides are 1 to 16,383 pixels.
  """
  @type t ::
          pos_integer
          | {pos_integer, pos_integer}
          | {pos_integer, nil}
          | {nil, pos_integer}
          | String.t()

  # 16,383 is the longest side of a WebP image: https://developers.google.com/speed/webp/faq
  @doc """
  The maximum length of a side in pixels.

      iex> Thumbnailer.Size.max()
      16_383
  """
  @doc since: "0.1.0"
  @spec max() :: pos_integer
  def max, do: @max

  @doc """
  The box for the wire; raises `ArgumentError` if `size` is not a size.

      iex> Thumbnailer.Size.parse!("x100")
      %{height: 100}
  """
  @doc since: "0.1.0"
  @spec parse!(t) :: %{optional(:width) => pos_integer, optional(:height) => pos_integer}
  def parse!(size) do
    case sides(size) do
      {:ok, box} when map_size(box) > 0 ->
        box

      _ ->
        raise ArgumentError,
              ~s(size must be 200, {200, 100}, "200x100", "200x" or "x100" with sides from 1 to #{@max} ) <>
                "pixels, got: #{inspect(size)}#{hint(size)}"
    end
  end

  defp hint(text) when is_binary(text) do
    plain =
      text |> String.downcase() |> String.replace(["px", " "], "") |> String.replace("×", "x")

    if plain != text and match?({:ok, box} when map_size(box) > 0, sides(plain)),
      do: "; did you mean #{inspect(plain)}?",
      else: ""
  end

  defp hint(_other), do: ""

  defp sides(side) when is_integer(side), do: sides({side, side})

  defp sides({width, height}) do
    with {:ok, box} <- put(%{}, :width, width), do: put(box, :height, height)
  end

  defp sides(text) when is_binary(text) do
    case text |> String.split("x") |> Enum.map(&side/1) do
      [side] -> sides({side, side})
      [width, height] -> sides({width, height})
      _more -> :error
    end
  end

  defp sides(_other), do: :error

  defp put(box, _side, nil), do: {:ok, box}
  defp put(box, side, pixels) when pixels in 1..@max, do: {:ok, Map.put(box, side, pixels)}
  defp put(_box, _side, _other), do: :error

  defp side(""), do: nil

  defp side(digits) do
    case Integer.parse(digits) do
      {pixels, ""} -> pixels
      _ -> :error
    end
  end
end
