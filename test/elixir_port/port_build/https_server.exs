defmodule Thumbnailer.HttpsServer do
  @moduledoc false
  # Serves files over HTTPS on a port of this host, with a certificate of an authority that is made for it.

  @doc "Serves until the calling process ends: `nil` is 404, `{:cut, bytes}` breaks off in the middle."
  def start(files, folder) do
    {:ok, _} = Application.ensure_all_started(:ssl)
    %{server_config: config, client_config: [{:cacerts, authorities} | _]} = certificates()

    authority = Path.join(folder, "authority-#{System.unique_integer([:positive])}.pem")

    File.write!(
      authority,
      :public_key.pem_encode(for der <- authorities, do: {:Certificate, der, :not_encrypted})
    )

    {:ok, listener} =
      :ssl.listen(0, config ++ [:binary, packet: :http_bin, active: false, reuseaddr: true])

    {:ok, {_address, port}} = :ssl.sockname(listener)
    spawn_link(fn -> serve(listener, files) end)
    %{url: "https://localhost:#{port}", authority: authority}
  end

  defp certificates do
    # Record 'Extension': subjectAltName.
    localhost = {:Extension, {2, 5, 29, 17}, false, [dNSName: ~c"localhost"]}
    key = {:namedCurve, :secp256r1}

    :public_key.pkix_test_data(%{
      server_chain: %{
        root: [key: key],
        intermediates: [],
        peer: [key: key, extensions: [localhost]]
      },
      client_chain: %{root: [key: key], intermediates: [], peer: [key: key]}
    })
    |> Map.update!(:client_config, fn config -> [{:cacerts, Keyword.fetch!(config, :cacerts)}] end)
  end

  defp serve(listener, files) do
    {:ok, socket} = :ssl.transport_accept(listener)

    with {:ok, socket} <- :ssl.handshake(socket, 5_000),
         {:ok, {:http_request, :GET, {:abs_path, path}, _version}} <- :ssl.recv(socket, 0, 5_000) do
      answer(socket, files[path])
      :ssl.close(socket)
    end

    serve(listener, files)
  end

  defp answer(socket, nil), do: respond(socket, "404 Not Found", 0, "")

  defp answer(socket, {:cut, bytes}),
    do:
      respond(socket, "200 OK", byte_size(bytes), binary_part(bytes, 0, div(byte_size(bytes), 2)))

  defp answer(socket, bytes), do: respond(socket, "200 OK", byte_size(bytes), bytes)

  defp respond(socket, status, length, body) do
    head = "HTTP/1.1 #{status}\r\ncontent-length: #{length}\r\nconnection: close\r\n\r\n"
    :ssl.send(socket, [head, body])
  end
end
